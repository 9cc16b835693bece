// Reads Agentless's repair output: one patch per instance and sample, with the sample's number in the file's name alone.
import { type Adapter, type Probe, RecordError, type RecordUnit } from "./adapter.js";
import { type Json, nullableText, objectOf, optionalText, text } from "./fields.js";
import { recordUnits } from "./recordUnit.js";
import { baseName } from "./sourceNames.js";

/** `output_<i>_processed.jsonl`, `output_<i>_normalized.jsonl` and the selection (`all_preds.jsonl`) of Agentless. */
export const agentless: Adapter = {
  format: "agentless",
  detect(probe: Probe): RecordUnit | null {
    const found = recordUnits(probe);
    if (found === null || typeof found.first.instance_id !== "string" || !hasPatch(found.first)) return null;
    const known = OWN_FIELDS.some((field) => field in found.first) || sampleOf(baseName(probe.source)) !== null;
    return known ? found.unit : null;
  },
  read(record, source) {
    const value = objectOf(record.value);
    if (!hasPatch(value)) throw new RecordError("model_patch", "a string or null, got nothing");
    // The raw patch of the sample: `normalized_patch` has lost comments and formatting and exists for voting alone.
    const patch = "model_patch" in value ? value.model_patch : value.patch;
    return [
      {
        instanceId: text(value.instance_id, "instance_id"),
        id: sampleOf(baseName(source)) ?? nullableText(value.model_name_or_path),
        patch: optionalText(patch, "model_patch"),
        trajectory: null,
      },
    ];
  },
};

const OWN_FIELDS = ["raw_model_patch", "original_file_content", "normalized_patch"];

function hasPatch(record: Json): boolean {
  return "model_patch" in record || ("patch" in record && "normalized_patch" in record);
}

/** The sample's number from `output_12_processed.jsonl`; null where the name has none. */
function sampleOf(name: string): string | null {
  return /output_(\d+)_(?:processed|normalized)\b/.exec(name)?.[1] ?? null;
}
