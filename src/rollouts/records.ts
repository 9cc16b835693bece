// Cuts a file into the units that its adapter asks for, without holding more than one of them (a document is one unit).
import { readLines, readText } from "../core/io.js";
import type { RawRecord, RecordUnit } from "./adapter.js";
import { cutJson, parseJson } from "./json.js";
import { type Peek, readDocument } from "./peek.js";

/** A record, or the reason why this one can't be had; the reading goes on after a broken line. */
export type Unit = { readonly record: RawRecord } | { readonly line: number; readonly damage: Error };

/** Units of a file. Throws JsonDamage where nothing after that point can be read, BestkError `input` on a bad file. */
export async function* cutRecords(path: string, peeked: Peek, unit: RecordUnit): AsyncGenerator<Unit> {
  const { shape } = peeked;
  if (unit === "text" || shape === "text") {
    yield { record: { value: await readText(path), line: null, key: null } };
  } else if (shape === "jsonl") {
    yield* cutLines(path);
  } else if ((shape === "array" && unit !== "document") || (shape === "object" && unit === "entries")) {
    for await (const cut of cutJson(path)) yield { record: { value: cut.value, line: null, key: cut.key } };
  } else {
    const line = peeked.head.trim().includes("\n") ? null : 1;
    yield { record: { value: peeked.document ?? (await readDocument(path)), line, key: null } };
  }
}

async function* cutLines(path: string): AsyncGenerator<Unit> {
  for await (const { number, text } of readLines(path)) {
    if (text.trim() === "") continue;
    try {
      yield { record: { value: parseJson(text, number), line: number, key: null } };
    } catch (thrown) {
      yield { line: number, damage: thrown as Error };
    }
  }
}
