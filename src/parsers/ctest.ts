// The log of CTest: one numbered line a test, the counts, and a list of what failed.
import type { TestOutcome } from "../core/types.js";
import type { TestReport } from "./report.js";
import { type Case, contradiction, reportOf, resultLines } from "./results.js";

const TEST_LINE = /^ *(?:\d+\/\d+)? *Test +#(\d+): (.+?) \.{3,}(.*)$/;
const COUNTS = /^\d+% tests passed, (\d+) tests? failed out of (\d+)$/;
const LIST_HEAD = "The following tests FAILED:";
const LISTED = /^\t *(\d+) - (.+) \(([^()]*)\)/;
const PROJECT = /^Test project |^No tests were found!!!$/;

interface Run {
  readonly name: string;
  readonly outcomes: TestOutcome[];
  readonly isDisabled: boolean;
}

/**
 * Ids are the tests' names. A disabled or skipped test is skipped; one that can't be started (not built, or its fixture failed) is an error, as
 * CTest counts it a failure. A test that was repeated (`--repeat`) has its last outcome, once the counts are there to hold it to: a test in the
 * list of failures has failed. Without them its worst counts. Null if no line is CTest's.
 */
export function parseCtest(log: string): TestReport | null {
  const runs = new Map<string, Run>();
  let listed = new Map<string, TestOutcome>();
  let summary: { readonly failed: number; readonly total: number } | null = null;
  let isCtest = false;
  let inList = false;
  for (const line of resultLines(log)) {
    if (PROJECT.test(line)) isCtest = true;
    const counts = COUNTS.exec(line);
    if (counts !== null) summary = { failed: Number(counts[1]), total: Number(counts[2]) };
    if (line === LIST_HEAD) {
      inList = true;
      listed = new Map();
      continue;
    }
    const failed = inList ? LISTED.exec(line) : null;
    if (failed !== null) listed.set(`${failed[1]} ${failed[2]}`, listedOutcome(failed[3] ?? ""));
    else inList = false;
    const test = TEST_LINE.exec(line);
    if (test !== null) note(runs, test);
  }
  if (!isCtest && runs.size === 0) return null;
  const isDone = summary !== null;
  const cases = [...runs].flatMap(([key, { name, outcomes }]): Case[] => {
    const told = listed.get(key);
    const kept =
      told !== undefined
        ? [outcomes.find((outcome) => outcome === told) ?? told]
        : isDone
          ? outcomes.slice(-1)
          : outcomes;
    return kept.map((outcome): Case => [name, outcome]);
  });
  if (summary === null) return reportOf(cases, [], runs.size === 0 ? null : contradiction(cases, []));
  const disabled = [...runs.values()].filter((run) => run.isDisabled).length;
  const skipped = cases.filter(([, outcome]) => outcome === "skipped").length - disabled;
  const passed = summary.total - summary.failed - skipped;
  return reportOf(cases, [], contradiction(cases, [{ passed, failed: summary.failed }]));
}

function note(runs: Map<string, Run>, test: RegExpExecArray): void {
  const [, number = "", name = "", status = ""] = test;
  const key = `${number} ${name}`;
  const known = runs.get(key) ?? { name, outcomes: [], isDisabled: status.includes("Not Run (Disabled)") };
  known.outcomes.push(outcomeOf(status));
  runs.set(key, known);
}

function outcomeOf(status: string): TestOutcome {
  if (/^ *Passed /.test(status)) return "passed";
  if (/\*\*\*(?:Skipped|Not Run \(Disabled\))/.test(status)) return "skipped";
  if (status.includes("***Timeout")) return "timeout";
  return status.includes("***Failed") ? "failed" : "error";
}

function listedOutcome(word: string): TestOutcome {
  return word === "Failed" ? "failed" : word === "Timeout" ? "timeout" : "error";
}
