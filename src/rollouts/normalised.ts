// Reads normalised JSONL (trajectories as chat messages, candidates as labelled patches), whichever agent it came from.
import { type Adapter, type ParsedRollout, type Probe, RecordError, type RecordUnit } from "./adapter.js";
import { type Json, label, nullableText, objectOf, optionalText, text } from "./fields.js";
import { trajectoryOfMessages } from "./messages.js";
import { recordUnits } from "./recordUnit.js";

/** `{source, run, instance_id, resolved, patch?, messages?, exit_status?}`; logs of a harness carry more and are refused. */
export const normalised: Adapter = {
  format: "normalised",
  detect(probe: Probe): RecordUnit | null {
    const found = recordUnits(probe);
    if (found === null || isHarnessLog(found.first)) return null;
    const { source, run, instance_id } = found.first;
    const named = [source, run, instance_id].every((value) => typeof value === "string");
    return named && ("messages" in found.first || "patch" in found.first) ? found.unit : null;
  },
  read(record): readonly ParsedRollout[] {
    const value = objectOf(record.value);
    if (!("patch" in value) && !("messages" in value))
      throw new RecordError("patch", "a patch or messages, got neither");
    const resolved = label(value.resolved, "resolved");
    const exitStatus = nullableText(value.exit_status);
    return [
      {
        instanceId: text(value.instance_id, "instance_id"),
        id: `${text(value.source, "source")}#${text(value.run, "run")}`,
        patch: optionalText(value.patch, "patch"),
        trajectory: "messages" in value ? trajectoryOfMessages(value.messages, { exitStatus }) : null,
        ...(resolved === undefined ? {} : { resolved }),
      },
    ];
  },
};

function isHarnessLog(value: Json): boolean {
  return "test_output" in value || "eval_sh" in value;
}
