// Logs and reports that runners wrote for small projects of ours, by their place below tests/fixtures/parsers.
// They stand as they were written: "# TODO" is how Node reports a todo test, which the parsers are held to, and `it.skip` in a
// log of Vitest is a line of the tested code that it shows beside a failure, which they must pass over.
import { readFileSync } from "node:fs";

const FOLDER = new URL("../fixtures/parsers/", import.meta.url);

export function parserLog(path: string): string {
  return readFileSync(new URL(path, FOLDER), "utf8");
}
