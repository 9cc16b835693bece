// The log of sympy's own runner (`bin/test -C --verbose`): bare function names below the file they belong to.
import { stripVTControlCharacters } from "node:util";
import type { TestOutcome } from "../core/types.js";
import { collectReport, type TestReport } from "./report.js";

const FILE_LINE = /^(\S+\.py)\[(\d+|\?)\]/;
const TEST_LINE = /^(test_\w+) (ok|F|E|f|X|s|w|S|T|K)(?:\s+\[(?:OK|FAIL)\])?\s*$/;

const OUTCOMES: Readonly<Record<string, TestOutcome>> = {
  ok: "passed",
  f: "passed",
  X: "passed",
  F: "failed",
  E: "error",
  K: "error",
  T: "timeout",
  s: "skipped",
  w: "skipped",
  S: "skipped",
};

/**
 * Ids are `file.py::test_name`. An expected failure (`f`) counts as passed, and so does one that passed after all (`X`):
 * the runner ends with status 0 after both. Null if no test file is named.
 */
export function parseSympy(text: string): TestReport | null {
  const cases: [string, TestOutcome][] = [];
  const unloaded: string[] = [];
  let file: string | null = null;
  for (const line of stripVTControlCharacters(text).split(/\r?\n/)) {
    const header = FILE_LINE.exec(line);
    if (header !== null) {
      file = header[1] ?? null;
      if (header[2] === "?" && file !== null) unloaded.push(file);
      continue;
    }
    const test = TEST_LINE.exec(line);
    if (test !== null && file !== null) cases.push([`${file}::${test[1]}`, OUTCOMES[test[2] ?? ""] ?? "error"]);
  }
  return file === null ? null : collectReport(cases, unloaded);
}
