// The log of sympy's own runner (`bin/test -C --verbose`), read twice: with the file of each test, and by bare names.
import type { TestOutcome } from "../core/types.js";
import { plainLines } from "./lines.js";
import { collectReport, type TestReport } from "./report.js";

const FILE_LINE = /^(\S+\.py)\[(\d+|\?)\]/;
/** A skip may give its reason before its letter; the last test of a file has the verdict on the whole file behind its own. */
const TEST_LINE = /^\s*(test_\S*)(?:\s.*)?\s(ok|F|E|f|X|s|w|S|T|K)(\s+\[(?:OK|FAIL)\])?\s*$/;

/** An expected failure (`f`) counts as passed, and so does one that passed after all (`X`): the runner ends with 0 after both. */
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

/** For the verifier: ids are `file.py::test_name`. Null if no test file is named. */
export function parseSympy(log: string): TestReport | null {
  const cases: [string, TestOutcome][] = [];
  const unloaded: string[] = [];
  let file: string | null = null;
  for (const line of plainLines(log)) {
    const header = FILE_LINE.exec(line);
    if (header !== null) {
      file = header[1] ?? null;
      if (header[2] === "?" && file !== null) unloaded.push(file);
      continue;
    }
    const test = readTest(line);
    if (test !== null && file !== null) cases.push([`${file}::${test.name}`, test.outcome]);
  }
  return file === null ? null : collectReport(cases, unloaded);
}

/**
 * For the benchmarks' lists: ids are bare names, which functions of several files share; the last counts. The lists were
 * made without the lines that end in a file's verdict, so these count only for names that have no other. Null without
 * test lines.
 */
export function parseSympyNames(log: string): TestReport | null {
  const tests = new Map<string, TestOutcome>();
  const lastOfFile = new Map<string, TestOutcome>();
  for (const line of plainLines(log)) {
    const test = readTest(line);
    if (test !== null) (test.endsFile ? lastOfFile : tests).set(test.name, test.outcome);
  }
  for (const [name, outcome] of lastOfFile) if (!tests.has(name)) tests.set(name, outcome);
  return tests.size === 0 ? null : { tests, unloaded: [] };
}

function readTest(line: string): { name: string; outcome: TestOutcome; endsFile: boolean } | null {
  if (!line.includes("test_")) return null;
  const found = TEST_LINE.exec(line);
  if (found === null) return null;
  const [, name = "", status = "", verdict] = found;
  return { name, outcome: OUTCOMES[status] ?? "error", endsFile: verdict !== undefined };
}
