// Reads SWE-bench predictions, the one form that every agent can write: a JSON list, a JSON object by instance id, or JSONL.
import {
  type Adapter,
  type ParsedRollout,
  type Probe,
  type RawRecord,
  RecordError,
  type RecordUnit,
} from "./adapter.js";
import { isObject, type Json, objectOf, optionalText, text } from "./fields.js";
import { recordUnits } from "./recordUnit.js";

/** `{instance_id, model_patch, model_name_or_path}`; older files name the patch `prediction`, Multi-SWE-bench's `fix_patch`. A null patch is an empty one, as the harness counts it. */
export const predictions: Adapter = {
  format: "predictions",
  detect(probe: Probe): RecordUnit | null {
    const found = recordUnits(probe);
    if (found === null) return null;
    if (typeof found.first.instance_id === "string" && hasPatch(found.first)) return found.unit;
    if (isNumbered(found.first)) return found.unit;
    const byInstance =
      probe.shape === "object" && Object.values(found.first).some((value) => isObject(value) && hasPatch(value));
    return byInstance ? "entries" : null;
  },
  read(record): readonly ParsedRollout[] {
    const value = objectOf(record.value);
    if (isNumbered(value)) return [readNumbered(value)];
    if (!hasPatch(value)) throw new RecordError("model_patch", "a string or null, got nothing");
    const field = "model_patch" in value ? "model_patch" : "prediction";
    return [
      {
        instanceId: instanceOf(record, value),
        id: optionalText(value.model_name_or_path, "model_name_or_path") || null,
        patch: optionalText(value[field], field) ?? "",
        trajectory: null,
      },
    ];
  },
};

function hasPatch(value: Json): boolean {
  return "model_patch" in value || "prediction" in value;
}

/** Multi-SWE-bench's form: org, repository and number name the instance. Its data set adds the issue and tests: no prediction. */
function isNumbered(value: Json): boolean {
  const { org, repo, number } = value;
  const named = typeof org === "string" && typeof repo === "string" && /^\d+$/.test(String(number));
  return named && "fix_patch" in value && !["test_patch", "base", "resolved_issues"].some((field) => field in value);
}

function readNumbered(value: Json): ParsedRollout {
  return {
    instanceId: `${text(value.org, "org")}__${text(value.repo, "repo")}-${value.number}`,
    id: optionalText(value.model_name_or_path, "model_name_or_path") || null,
    patch: optionalText(value.fix_patch, "fix_patch") ?? "",
    trajectory: null,
  };
}

/** The record's own instance id, else the key it stands under; the two must not disagree. */
function instanceOf(record: RawRecord, value: Json): string {
  if (record.key === null || value.instance_id !== undefined) {
    const own = text(value.instance_id, "instance_id");
    if (record.key !== null && record.key !== own) {
      throw new RecordError("instance_id", `the key ${JSON.stringify(record.key)}, got ${JSON.stringify(own)}`);
    }
    return own;
  }
  return text(record.key, "instance_id");
}
