// Cuts big JSON at its top-level values by bytes, so that a file larger than a string can be read element by element.
import { readBytes } from "../core/io.js";

/** JSON that can't be read: where (1-based line, null if unknown) and what. `early`: the text ends inside a value. */
export class JsonDamage extends Error {
  readonly line: number | null;
  readonly early: boolean;

  constructor(message: string, line: number | null, early = false) {
    super(message);
    this.name = "JsonDamage";
    this.line = line;
    this.early = early;
  }
}

/** An element of the top-level array, or an entry of the top-level object; `bytes` is its length in the file. */
export interface Cut {
  readonly key: string | null;
  readonly value: unknown;
  readonly bytes: number;
}

/** Elements or entries of a JSON file, plain or gzipped, in order and in constant memory. Throws JsonDamage. */
export async function* cutJson(path: string): AsyncGenerator<Cut> {
  let open = 0;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let closed = false;
  let line = 1;
  let pending: Buffer[] = [];
  for await (const chunk of readBytes(path)) {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === NEWLINE) line += 1;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
      } else if (open === 0) {
        if (byte === BRACKET || byte === BRACE) open = byte;
        else if (!isBlank(byte) && !BOM.includes(byte as number)) throw new JsonDamage("no JSON list or object", line);
        start = at + 1;
      } else if (closed) {
        if (!isBlank(byte)) throw new JsonDamage("text after the end of the JSON document", line);
      } else if (byte === QUOTE) {
        inString = true;
      } else if (byte === BRACKET || byte === BRACE) {
        depth += 1;
      } else if (byte === BRACKET_END || byte === BRACE_END) {
        if (depth > 0) depth -= 1;
        else {
          if (byte !== open + 2) throw new JsonDamage("a bracket that closes nothing", line);
          closed = true;
          const last = [...pending, chunk.subarray(start, at)];
          pending = [];
          if (!last.every((part) => part.every(isBlank))) yield cutOf(last, open, line);
          start = chunk.length;
        }
      } else if (byte === COMMA && depth === 0) {
        yield cutOf([...pending, chunk.subarray(start, at)], open, line);
        pending = [];
        start = at + 1;
      }
    }
    if (open !== 0 && !closed) pending.push(chunk.subarray(start));
  }
  if (open === 0) throw new JsonDamage("the file is empty", null, true);
  if (!closed) throw new JsonDamage("the JSON document ends in the middle (a truncated file?)", line, true);
}

/**
 * A JSON text, with the `NaN`, `Infinity` and `-Infinity` that Python writes read as null.
 * Throws JsonDamage with the parser's own message.
 */
export function parseJson(text: string, line: number | null = null): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    try {
      return JSON.parse(withoutPythonNumbers(text));
    } catch {
      throw damageOf(text, thrown as Error, line);
    }
  }
}

const NEWLINE = 10;
const QUOTE = 34;
const COMMA = 44;
const BRACKET = 91;
const BACKSLASH = 92;
const BRACKET_END = 93;
const BRACE = 123;
const BRACE_END = 125;
const BOM = [0xef, 0xbb, 0xbf];

function isBlank(byte: number | undefined): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}

function cutOf(parts: readonly Buffer[], open: number, line: number): Cut {
  const bytes = Buffer.concat(parts);
  if (open === BRACKET) return { key: null, value: parseJson(textOfBytes(bytes, line), line), bytes: bytes.length };
  const entry = parseJson(`{${textOfBytes(bytes, line)}}`, line) as Readonly<Record<string, unknown>>;
  const key = Object.keys(entry)[0];
  if (key === undefined) throw new JsonDamage("a comma without an entry", line);
  return { key, value: entry[key], bytes: bytes.length };
}

function textOfBytes(bytes: Buffer, line: number): string {
  try {
    return bytes.toString("utf8");
  } catch {
    throw new JsonDamage(`a single value of ${bytes.length} bytes, too large to read`, line);
  }
}

function damageOf(text: string, thrown: Error, line: number | null): JsonDamage {
  const early = /end of JSON|Unterminated string/i.test(thrown.message);
  const what = early ? "the JSON text ends in the middle (truncated?)" : "not valid JSON";
  const excerpt = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return new JsonDamage(`${what}: ${JSON.stringify(excerpt)}`, line, early);
}

/** Replaces Python's three non-JSON numbers outside strings by null. */
function withoutPythonNumbers(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at);
    else if (char === "N" || char === "I" || char === "-") {
      const word = PYTHON_NUMBERS.find((number) => text.startsWith(number, at));
      if (word === undefined) continue;
      parts.push(text.slice(from, at), "null");
      at += word.length - 1;
      from = at + 1;
    }
  }
  return parts.length === 0 ? text : parts.join("") + text.slice(from);
}

const PYTHON_NUMBERS = ["NaN", "-Infinity", "Infinity"];

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
