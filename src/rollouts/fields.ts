// Reading fields of a record that may hold anything: each wrong type is a RecordError that names the field.
import { RecordError } from "./adapter.js";

/** A JSON object of unknown members. */
export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The record itself as an object. */
export function objectOf(value: unknown, field = "record"): Json {
  if (!isObject(value)) throw new RecordError(field, `an object, got ${kindOf(value)}`);
  return value;
}

/** A non-empty string. */
export function text(value: unknown, field: string): string {
  if (typeof value !== "string" || value === "")
    throw new RecordError(field, `a non-empty string, got ${kindOf(value)}`);
  return value;
}

/** A string, or null where the field is absent or null. Anything else is an error. */
export function optionalText(value: unknown, field: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") throw new RecordError(field, `a string or null, got ${kindOf(value)}`);
  return value;
}

/** A string, or null for anything else: for fields that only inform. */
export function nullableText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

export function list(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new RecordError(field, `a list, got ${kindOf(value)}`);
  return value;
}

/** A label: true, false or unknown. Undefined where the field is absent. */
export function label(value: unknown, field: string): boolean | null | undefined {
  if (value === undefined) return undefined;
  if (value === null || typeof value === "boolean") return value;
  throw new RecordError(field, `true, false or null, got ${kindOf(value)}`);
}

/** A word for what was found instead: "nothing", "null", "a list", "an empty string" … */
export function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (value === "") return "an empty string";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
