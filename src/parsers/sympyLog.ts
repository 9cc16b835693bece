// The log of sympy's runner as the benchmarks' lists read it: bare function names, whatever file they belong to.
import type { TestOutcome } from "../core/types.js";
import { plainLines } from "./lines.js";
import type { TestReport } from "./report.js";

/** The last test of a file has the verdict on the whole file behind its own. */
const TEST_LINE = /^\s*(test_\S*)(?:\s.*)?\s(ok|F|E|f|X|s|w|S|T|K)(\s+\[(?:OK|FAIL)\])?\s*$/;

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
 * Ids are bare names, which functions of several files share: the last counts. The lists were made without the lines that end in
 * a file's verdict, so these count only for names that have no other. Null without test lines.
 */
export function parseSympyLog(log: string): TestReport | null {
  const tests = new Map<string, TestOutcome>();
  const lastOfFile = new Map<string, TestOutcome>();
  for (const line of plainLines(log)) {
    if (!line.includes("test_")) continue;
    const found = TEST_LINE.exec(line);
    if (found === null) continue;
    const [, name = "", status = "", verdict] = found;
    (verdict === undefined ? tests : lastOfFile).set(name, OUTCOMES[status] ?? "error");
  }
  for (const [name, outcome] of lastOfFile) if (!tests.has(name)) tests.set(name, outcome);
  return tests.size === 0 ? null : { tests, unloaded: [] };
}
