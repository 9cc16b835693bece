// SWE-agent 1.x: a `.traj` document with the steps, the chat they came from, and the submission.
import { asked, CHECKOUT, editorCall, editorSaw, type Finished, seconds, xmlCall } from "./calls.js";

export function sweAgent({ instance, playback, done }: Finished): unknown {
  const steps = playback.played.map((played) => {
    const { tool, args } = editorCall(played);
    const { command, path, ...rest } = args;
    const flags = Object.entries(rest).map(([key, value]) =>
      Array.isArray(value) ? ` --${key} ${value.join(" ")}` : ` --${key} ${shellQuote(String(value))}`,
    );
    const action = tool === "bash" ? String(command) : `str_replace_editor ${command} ${path}${flags.join("")}`;
    const call = xmlCall(tool === "bash" ? "bash" : "str_replace_editor", args);
    return { thought: played.act.thought, action, call, observation: editorSaw(played) };
  });
  steps.push({ thought: done, action: "submit", call: xmlCall("submit", {}), observation: playback.patch });
  const response = (step: { thought: string; call: string }) => `${step.thought}\n\n${step.call}`;
  const history: unknown[] = [
    {
      role: "system",
      content: "You are a helpful assistant that can interact with a computer to solve tasks.",
      agent: "main",
      message_type: "system_prompt",
    },
    { role: "user", content: asked(instance.issue), agent: "main", message_type: "observation" },
  ];
  for (const step of steps) {
    const { thought, action } = step;
    history.push({
      role: "assistant",
      content: response(step),
      thought,
      action,
      agent: "main",
      tool_calls: null,
      message_type: "action",
    });
    history.push({
      role: "user",
      content: `OBSERVATION:\n${step.observation}`,
      agent: "main",
      message_type: "observation",
    });
  }
  return {
    trajectory: steps.map((step, index) => ({
      action: step.action,
      observation: step.observation,
      response: response(step),
      thought: step.thought,
      execution_time: seconds(step.action, index),
      state: { working_dir: CHECKOUT },
      extra_info: {},
    })),
    history,
    info: {
      swe_agent_version: "1.0.1",
      submission: playback.patch === "" ? null : playback.patch,
      exit_status: "submitted",
      model_stats: {
        instance_cost: 0.02 * steps.length,
        tokens_sent: 2400 * steps.length,
        tokens_received: 90 * steps.length,
        api_calls: steps.length,
      },
    },
    environment: instance.id,
  };
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}
