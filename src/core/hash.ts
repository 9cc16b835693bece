// Content addresses: the same content has the same name on every machine, whatever file it came from.
import { createHash } from "node:crypto";

/** Hex sha256 of UTF-8 text or bytes. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Hex sha256 of a JSON value with sorted keys, so that key order never matters. */
export function contentHash(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** JSON with object keys sorted by code unit at every depth; `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value ?? null);
}
