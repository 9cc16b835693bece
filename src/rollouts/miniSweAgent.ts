// Reads mini-swe-agent's .traj.json of v1 and v2 (Live-SWE-agent writes them too): a chat, and the submission in `info`.
import type { Adapter, ParsedRollout, Probe, RecordUnit, SourceFile } from "./adapter.js";
import { isObject, type Json, list, nullableText, objectOf, optionalText } from "./fields.js";
import { textOf, trajectoryOfMessages, turnOf } from "./messages.js";
import { recordUnits } from "./recordUnit.js";
import { instanceOfPath } from "./sourceNames.js";

/** `{info: {submission, exit_status, mini_version}, messages, trajectory_format, instance_id?}`, or the messages alone. */
export const miniSweAgent: Adapter = {
  format: "mini-swe-agent",
  detect(probe: Probe): RecordUnit | null {
    const found = recordUnits(probe);
    if (found === null) return null;
    if (probe.shape === "array" && isOwnPrompt(found.first)) return "document";
    const { info, messages, trajectory_format } = found.first;
    if (!isObject(info) || !Array.isArray(messages) || "trajectory" in found.first) return null;
    const own = "submission" in info || "mini_version" in info || "exit_status" in info;
    return own || nullableText(trajectory_format)?.startsWith("mini-swe-agent") ? found.unit : null;
  },
  read(record, source): readonly ParsedRollout[] {
    if (Array.isArray(record.value)) return [readMessages(record.value, source)];
    const value = objectOf(record.value);
    const info = objectOf(value.info, "info");
    return [
      {
        instanceId: instanceOf(value, source),
        id: null,
        patch: optionalText(info.submission, "info.submission"),
        trajectory: trajectoryOfMessages(value.messages, { exitStatus: nullableText(info.exit_status) }),
      },
    ];
  },
};

/** The oldest form: messages alone. What the submitting command printed is the last message of the user. */
function readMessages(messages: readonly unknown[], source: SourceFile): ParsedRollout {
  const trajectory = trajectoryOfMessages(messages);
  const objects = list(messages, "messages").filter(isObject);
  const turn = objects.filter((message) => message.role === "assistant").at(-1);
  const last = objects.at(-1);
  const submitted = turn !== undefined && last?.role === "user" && SUBMITS.test(turnOf(turn).action);
  return { instanceId: instanceOfPath(source), id: null, patch: submitted ? textOf(last.content) : null, trajectory };
}

const SUBMITS = /COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT|MINI_SWE_AGENT_FINAL_OUTPUT/;

function instanceOf(value: Json, source: SourceFile): string {
  return optionalText(value.instance_id, "instance_id") || instanceOfPath(source);
}

/** The system prompt of mini-swe-agent: a chat alone has no other mark. */
function isOwnPrompt(first: Json): boolean {
  return first.role === "system" && /bash code block|bash tool call/i.test(textOf(first.content).slice(0, 2000));
}
