// Looks at the start of a file to tell its shape (one JSON document, a line each, text), by content and never by name.
import { readBytes, readLines } from "../core/io.js";
import type { Probe } from "./adapter.js";
import { isObject, type Json } from "./fields.js";
import { cutJson, JsonDamage, parseJson } from "./json.js";
import type { Source } from "./sources.js";

/** What the start of a file shows. */
export interface Peek {
  readonly shape: Probe["shape"];
  /** Values that detection may look at, the first one first: a broken first record must not hide the format. */
  readonly firsts: readonly unknown[];
  /** The first 64 KiB as text. */
  readonly head: string;
  /** Why the JSON document can't be read to its end, if that showed already. */
  readonly damage: JsonDamage | null;
  /** The whole document where looking at it has read all of it, so that small files are parsed once. */
  readonly document?: unknown;
}

/** Throws BestkError `input` where the file can't be read at all. */
export async function peek(source: Source): Promise<Peek> {
  const start = await startOf(source.file);
  const head = start.head;
  if (start.kind === "text") return { shape: "text", firsts: [undefined], head, damage: null };
  return start.kind === "lines" ? peekLines(source, head) : peekDocument(source, head);
}

/** One probe a value that detection may look at. */
export function probesOf(peeked: Peek, source: Source): readonly Probe[] {
  return peeked.firsts.map((first) => ({ shape: peeked.shape, first, head: peeked.head, source }));
}

const HEAD_BYTES = 1 << 16;
/** A first line, or a document looked at, may be this long; a longer line is taken for a document. */
const PEEK_BYTES = 1 << 26;
const FIRSTS = 5;
const LINES_TRIED = 50;

interface Start {
  readonly kind: "text" | "lines" | "document";
  readonly head: string;
}

/** Reads until the first top-level value ends: text after it, or a line break inside a string, means a value a line. */
async function startOf(path: string): Promise<Start> {
  const head: Buffer[] = [];
  let bytes = 0;
  let kind: Start["kind"] | null = null;
  const scan = scanner();
  for await (const chunk of readBytes(path)) {
    if (bytes < HEAD_BYTES) head.push(chunk.subarray(0, HEAD_BYTES - bytes));
    bytes += chunk.length;
    kind ??= scan(chunk);
    if (kind === null && bytes >= PEEK_BYTES) kind = "document";
    if (kind !== null && bytes >= HEAD_BYTES) break;
  }
  const text = Buffer.concat(head)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
  if (kind === null) kind = /^\s*[[{]/.test(text) ? "document" : "text";
  return { kind, head: text };
}

/** Feeds on chunks and answers once it knows. */
function scanner(): (chunk: Buffer) => Start["kind"] | null {
  let depth = 0;
  let started = false;
  let inString = false;
  let escaped = false;
  let multiline = false;
  return (chunk) => {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === 92) escaped = true;
        else if (byte === 34) inString = false;
        else if (byte === 10) return multiline ? "document" : "lines";
      } else if (byte === 34 && started) inString = true;
      else if (byte === 91 || byte === 123) {
        if (started && depth === 0) return "lines";
        started = true;
        depth += 1;
      } else if (byte === 93 || byte === 125) depth -= 1;
      else if (byte === 10) {
        if (depth > 0) multiline = true;
      } else if (byte !== 32 && byte !== 9 && byte !== 13 && !(byte >= 0xbb && !started)) {
        if (!started) return "text";
        if (depth <= 0) return multiline ? "document" : "lines";
      }
    }
    return null;
  };
}

async function peekLines(source: Source, head: string): Promise<Peek> {
  const firsts: unknown[] = [];
  let tried = 0;
  for await (const line of readLines(source.file)) {
    if (line.text.trim() === "") continue;
    if (++tried > LINES_TRIED || firsts.length === FIRSTS) break;
    const value = attempt(line.text);
    if (value !== null && typeof value === "object") firsts.push(value);
  }
  if (firsts.length === 0) return { shape: "text", firsts: [undefined], head, damage: brokenLines(head) };
  return { shape: "jsonl", firsts, head, damage: null };
}

/** Text that begins like a JSON object was meant as one; a log may well begin with a bracket. */
function brokenLines(head: string): JsonDamage | null {
  return /^\s*\[?\s*\{\s*"/.test(head)
    ? new JsonDamage("looks like JSON, but no line of it can be parsed", null)
    : null;
}

async function peekDocument(source: Source, head: string): Promise<Peek> {
  const isArray = head.trimStart().startsWith("[");
  const values: unknown[] = [];
  const entries: [string, unknown][] = [];
  let damage: JsonDamage | null = null;
  let bytes = 0;
  let whole = true;
  try {
    for await (const cut of cutJson(source.file)) {
      if (cut.key === null) values.push(cut.value);
      else entries.push([cut.key, cut.value]);
      bytes += cut.bytes;
      whole = values.length < FIRSTS && bytes <= PEEK_BYTES;
      if (!whole) break;
    }
  } catch (thrown) {
    if (!(thrown instanceof JsonDamage)) throw thrown;
    damage = thrown;
  }
  const object: Json = Object.fromEntries(entries);
  const found = isArray ? values : [object];
  const nothing = isArray ? values.length === 0 : entries.length === 0;
  if (damage !== null && nothing && !damage.early) return { shape: "text", firsts: [undefined], head, damage };
  const document = whole && damage === null ? { document: isArray ? values : object } : {};
  const firsts = found.length > 0 ? found : [undefined];
  return { shape: isArray ? "array" : "object", firsts, head, damage, ...document };
}

/** The whole of a JSON document; an object or a list as long as memory allows. Throws JsonDamage. */
export async function readDocument(path: string): Promise<unknown> {
  const values: unknown[] = [];
  const entries: [string, unknown][] = [];
  for await (const cut of cutJson(path)) {
    if (cut.key === null) values.push(cut.value);
    else entries.push([cut.key, cut.value]);
  }
  const document: Json = Object.fromEntries(entries);
  return entries.length > 0 || values.length === 0 ? document : values;
}

function attempt(text: string): unknown {
  try {
    const value = parseJson(text);
    return Array.isArray(value) || isObject(value) ? value : null;
  } catch {
    return null;
  }
}
