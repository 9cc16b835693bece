// mini-swe-agent: a chat whose only tool is a shell, as text in version 1 and as tool calls in version 2.
import { CHECKOUT, type Finished, MODEL, shellCommand, shellSaw } from "./calls.js";

const SUBMIT = "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT && git add -A && git diff --cached";

export function miniV1({ instance, playback, done }: Finished): unknown {
  const messages: unknown[] = [
    {
      role: "system",
      content:
        "You are a helpful assistant that can interact multiple times with a computer shell to solve programming tasks.\nYour response must contain exactly ONE bash code block with ONE command.",
    },
    { role: "user", content: miniAsked(instance.issue) },
  ];
  for (const played of playback.played) {
    messages.push({
      role: "assistant",
      content: `THOUGHT: ${played.act.thought}\n\n\`\`\`bash\n${shellCommand(played)}\n\`\`\``,
    });
    messages.push({ role: "user", content: miniOutput(played.exit, shellSaw(played)) });
  }
  messages.push({ role: "assistant", content: `THOUGHT: ${done}\n\n\`\`\`bash\n${SUBMIT}\n\`\`\`` });
  messages.push({ role: "user", content: playback.patch });
  const info = miniInfo(playback.patch, playback.played.length + 1, "1.15.0");
  return { info, messages, trajectory_format: "mini-swe-agent-1", instance_id: instance.id };
}

export function miniV2({ instance, playback, done }: Finished): unknown {
  const messages: unknown[] = [
    {
      role: "system",
      content: "You are a helpful assistant that can interact with a computer shell to solve programming tasks.",
    },
    { role: "user", content: miniAsked(instance.issue) },
  ];
  const call = (thought: string, command: string, index: number) => ({
    role: "assistant",
    content: thought,
    tool_calls: [
      {
        index: 0,
        id: `call_${index}`,
        type: "function",
        function: { name: "bash", arguments: JSON.stringify({ command }) },
      },
    ],
    function_call: null,
    extra: { actions: [{ command, tool_call_id: `call_${index}` }], cost: 0.01 },
  });
  playback.played.forEach((played, index) => {
    const text = shellSaw(played);
    messages.push(call(played.act.thought, shellCommand(played), index));
    messages.push({
      role: "tool",
      content: miniOutput(played.exit, text),
      tool_call_id: `call_${index}`,
      extra: { raw_output: text, returncode: played.exit, exception_info: "" },
    });
  });
  messages.push(call(done, SUBMIT, playback.played.length));
  messages.push({
    role: "exit",
    content: playback.patch,
    extra: { exit_status: "Submitted", submission: playback.patch },
  });
  const info = miniInfo(playback.patch, playback.played.length + 1, "2.2.7");
  return { info, messages, trajectory_format: "mini-swe-agent-1.1", instance_id: instance.id };
}

function miniAsked(issue: string): string {
  return `<pr_description>\nConsider the following PR description:\n${issue}\n</pr_description>\n\n<instructions>\nYour task is to make changes to the non-test files in the current directory (${CHECKOUT}) so that the description is satisfied. Every response holds one bash command.\n</instructions>`;
}

function miniOutput(exit: number, text: string): string {
  return `<returncode>${exit}</returncode>\n<output>\n${text}${text === "" ? "" : "\n"}</output>`;
}

function miniInfo(patch: string, calls: number, version: string): unknown {
  return {
    exit_status: "Submitted",
    submission: patch,
    model_stats: { instance_cost: 0.01 * calls, api_calls: calls },
    mini_version: version,
    config: {
      agent: { step_limit: 250, cost_limit: 3 },
      model: { model_name: MODEL },
      environment: { cwd: CHECKOUT, timeout: 60 },
    },
  };
}
