// Reads the ensembler JSONL of Augment's SWE-bench agent: an instruction and the list of diffs to choose from.
import { type Adapter, type ParsedRollout, type Probe, RecordError, type RecordUnit } from "./adapter.js";
import { isObject, kindOf, list, objectOf } from "./fields.js";
import { recordUnits } from "./recordUnit.js";

/** `{id, instruction, diffs[], eval_outcomes[]?}`; a rollout's id is its place in `diffs`. */
export const augment: Adapter = {
  format: "augment",
  detect(probe: Probe): RecordUnit | null {
    const found = recordUnits(probe);
    if (found === null) return null;
    const { first } = found;
    const ours = Array.isArray(first.diffs) && ("instruction" in first || "eval_outcomes" in first);
    return ours ? found.unit : null;
  },
  read(record): readonly ParsedRollout[] {
    const value = objectOf(record.value);
    const instanceId = idOf(value.id ?? value.instance_id);
    const outcomes = value.eval_outcomes;
    return list(value.diffs, "diffs").map((diff, index) => ({
      instanceId,
      id: String(index),
      patch: patchOf(diff, `diffs[${index}]`),
      trajectory: null,
      ...(outcomes === undefined ? {} : { resolved: outcomeOf(outcomes, index) }),
    }));
  },
};

function idOf(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string" && value !== "") return value;
  throw new RecordError("id", `a non-empty string, got ${kindOf(value)}`);
}

function patchOf(diff: unknown, field: string): string | null {
  if (diff === null || typeof diff === "string") return diff;
  throw new RecordError(field, `a diff (a string) or null, got ${kindOf(diff)}`);
}

/** Outcome of the diff at this place; null (unknown) where the list is shorter or says nothing. */
function outcomeOf(outcomes: unknown, index: number): boolean | null {
  const outcome: unknown = Array.isArray(outcomes) ? outcomes[index] : null;
  if (typeof outcome === "boolean") return outcome;
  return isObject(outcome) && typeof outcome.is_success === "boolean" ? outcome.is_success : null;
}
