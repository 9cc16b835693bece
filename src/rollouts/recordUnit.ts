// One rule for formats whose records come as JSONL, as a list or alone: what the first record is, and how the file is cut.
import type { Probe, RecordUnit } from "./adapter.js";
import { isObject, type Json } from "./fields.js";

export interface RecordUnits {
  readonly unit: RecordUnit;
  readonly first: Json;
}

/** The first record of a file and the unit that yields all of them; null where it is no object. A one-line JSONL is a document. */
export function recordUnits(probe: Probe): RecordUnits | null {
  if (!isObject(probe.first)) return null;
  if (probe.shape === "object") return { unit: "document", first: probe.first };
  if (probe.shape === "array") return { unit: "elements", first: probe.first };
  return probe.shape === "jsonl" ? { unit: "lines", first: probe.first } : null;
}
