// OpenHands: one line of `output.jsonl` an instance, with the history as a list of action and observation events.
import type { Played } from "../workspace.js";
import { asked, CHECKOUT, editorCall, editorSaw, type Finished, MODEL } from "./calls.js";

export function openHands({ instance, playback, done }: Finished): unknown {
  const root = `/workspace/${instance.id}`;
  const instruction = asked(instance.issue, root);
  const history: Record<string, unknown>[] = [];
  const push = (event: Record<string, unknown>) =>
    history.push({
      id: history.length,
      timestamp: `2026-03-02T09:${String(10 + Math.floor(history.length / 30)).padStart(2, "0")}:${String((history.length * 2) % 60).padStart(2, "0")}.000000`,
      ...event,
    });
  push({
    source: "user",
    message: instruction,
    action: "message",
    args: { content: instruction, image_urls: null, wait_for_response: false },
  });
  for (const played of playback.played) pushOpenHands(push, history.length, played, root);
  push({
    source: "agent",
    message: done,
    action: "finish",
    args: { final_thought: done, task_completed: "true", outputs: {}, thought: "" },
  });
  return {
    instance_id: instance.id,
    test_result: { git_patch: playback.patch },
    instruction,
    metadata: { agent_class: "CodeActAgent", llm_config: { model: MODEL, temperature: 0.7 }, max_iterations: 50 },
    history,
    metrics: { accumulated_cost: 0.03 * playback.played.length },
    error: null,
    instance: { repo: instance.repo, instance_id: instance.id, problem_statement: instance.issue, version: null },
  };
}

function pushOpenHands(push: (event: Record<string, unknown>) => void, id: number, played: Played, root: string): void {
  const { act } = played;
  const { args } = editorCall(played, root);
  const content = editorSaw(played, root);
  const { thought } = act;
  if (act.kind === "run" || act.kind === "remove") {
    const { command } = args;
    push({
      source: "agent",
      message: `Running command: ${command}`,
      action: "run",
      args: { command, is_input: false, thought, blocking: false, hidden: false, confirmation_state: "confirmed" },
    });
    push({
      source: "agent",
      message: `Command \`${command}\` executed with exit code ${played.exit}.`,
      cause: id,
      observation: "run",
      content: act.kind === "run" ? played.observation.replaceAll(CHECKOUT, root) : "",
      extras: {
        command,
        metadata: {
          exit_code: played.exit,
          working_dir: root,
          suffix: `\n[The command completed with exit code ${played.exit}.]`,
        },
        hidden: false,
      },
      success: played.exit === 0,
    });
  } else if (act.kind === "view") {
    const { path } = args;
    push({
      source: "agent",
      message: `Reading file: ${path}`,
      action: "read",
      args: { path, start: 0, end: -1, thought, impl_source: "oh_aci", view_range: act.lines ?? null },
    });
    push({
      source: "agent",
      message: `I read the file ${path}.`,
      cause: id,
      observation: "read",
      content,
      extras: { path, impl_source: "oh_aci" },
    });
  } else {
    const { path, command } = args;
    push({
      source: "agent",
      message: "",
      action: "edit",
      args: {
        path,
        command,
        file_text: args.file_text ?? null,
        old_str: args.old_str ?? null,
        new_str: args.new_str ?? null,
        insert_line: null,
        content: "",
        start: 1,
        end: -1,
        thought,
        impl_source: "oh_aci",
      },
    });
    push({
      source: "agent",
      message: `I edited the file ${path}.`,
      cause: id,
      observation: "edit",
      content,
      extras: { path, prev_exist: act.kind === "edit", impl_source: "oh_aci" },
    });
  }
}
