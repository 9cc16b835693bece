// Lines of a table as JSON values: what a killed run left half written is told apart from what is wrong.
import { type Line, readBytes, readLines } from "../core/io.js";
import type { TableProblem, TableRecord } from "./table.js";

/** Records of a JSONL file, or of a file that is one JSON array. A line that is no JSON comes as a problem. */
export async function* readRecords(file: string): AsyncGenerator<TableRecord | { readonly problem: TableProblem }> {
  let held: Line | null = null;
  for await (const line of readLines(file)) {
    if (line.text.trim() === "") continue;
    if (held !== null) yield* recordsOf(held, file, null);
    held = line;
  }
  if (held !== null) yield* recordsOf(held, file, () => endsWithNewline(file));
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
  for (const value of number === 1 && Array.isArray(parsed.value) ? parsed.value : [parsed.value]) {
    yield { line: number, value };
  }
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
