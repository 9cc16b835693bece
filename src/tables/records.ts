// Lines of a table as JSON values: what a killed run left half written is told apart from what is wrong.
import { stat } from "node:fs/promises";
import { type Line, readBytes, readLines, readText } from "../core/io.js";
import type { TableProblem, TableRecord } from "./table.js";

/** Above this size a file is never read as one document. */
const MAX_DOCUMENT_BYTES = 64 * 1024 ** 2;

/**
 * Records of a JSONL file, or of a file that is one JSON document (an array holds a record an element; `line` is 1 for
 * all). A line that is no JSON comes as a problem.
 */
export async function* readRecords(file: string): AsyncGenerator<TableRecord | { readonly problem: TableProblem }> {
  let held: Line | null = null;
  for await (const line of readLines(file)) {
    if (line.text.trim() === "") continue;
    const document = held === null ? await documentOf(line.text, file) : undefined;
    if (document !== undefined) {
      for (const value of Array.isArray(document.value) ? document.value : [document.value]) yield { line: 1, value };
      return;
    }
    if (held !== null) yield* recordsOf(held, file, null);
    held = line;
  }
  if (held !== null) yield* recordsOf(held, file, () => endsWithNewline(file));
}

/** The whole file as one JSON value, where its first line opens one and does not close it, or is an array. */
async function documentOf(firstLine: string, file: string): Promise<{ readonly value: unknown } | undefined> {
  const parsed = parse(firstLine);
  if (parsed !== undefined) return Array.isArray(parsed.value) ? parsed : undefined;
  if (!/^\s*[[{]/.test(firstLine) || (await stat(file)).size > MAX_DOCUMENT_BYTES) return undefined;
  return parse(await readText(file));
}

/** `complete` is asked for the last line alone: without a newline after it, the writer was killed in the middle of it. */
async function* recordsOf(
  { number, text }: Line,
  file: string,
  complete: (() => Promise<boolean>) | null,
): AsyncGenerator<TableRecord | { readonly problem: TableProblem }> {
  const parsed = parse(text);
  if (parsed === undefined) {
    const torn = complete !== null && !(await complete());
    const message = torn
      ? "the last line is torn (a run was killed while writing it) and was dropped"
      : "expected a JSON object, got text that is no JSON";
    yield { problem: { kind: torn ? "note" : "error", file, line: number, field: null, message } };
    return;
  }
  yield { line: number, value: parsed.value };
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

async function endsWithNewline(file: string): Promise<boolean> {
  let last: number | undefined;
  for await (const chunk of readBytes(file)) last = chunk.at(-1) ?? last;
  return last === 10;
}
