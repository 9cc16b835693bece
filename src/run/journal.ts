// An append-only JSONL file that survives a kill: a torn last line is dropped and its work done again.
import { appendFile, readFile, truncate } from "node:fs/promises";
import { writeAtomic } from "../core/io.js";

/** Reads the whole lines of a journal; cuts a torn tail off the file so that the next append starts a fresh line. */
export async function readJournal(path: string): Promise<unknown[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw thrown;
  }
  const end = bytes.lastIndexOf(10) + 1;
  if (end < bytes.length) await truncate(path, end);
  const values: unknown[] = [];
  for (const line of bytes.subarray(0, end).toString("utf8").split("\n")) {
    const value = parseLine(line);
    if (value !== undefined) values.push(value);
  }
  return values;
}

/** One line in one write: never mixed with another's. */
export async function appendJournal(path: string, value: unknown): Promise<void> {
  await appendFile(path, `${JSON.stringify(value)}\n`);
}

/** The file with only these lines, replaced in one step. */
export async function rewriteJournal(path: string, values: readonly unknown[]): Promise<void> {
  await writeAtomic(path, values.map((value) => `${JSON.stringify(value)}\n`).join(""));
}

/** A line damaged in the middle of the file (a full disk) is work to do again, not an end of the run. */
function parseLine(line: string): unknown {
  if (line === "") return undefined;
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
