// The log of CTest: one numbered line a test, the counts, and a list of what failed.
import type { TestOutcome } from "../core/types.js";
import type { TestReport } from "./report.js";
import { type Case, contradiction, reportOf, resultLines } from "./results.js";

const TEST_LINE = /^ *(?:\d+\/\d+)? *Test +#(\d+): (.+?) \.{3,}(.*)$/;
const COUNTS = /^\d+% tests passed, (\d+) tests? failed out of (\d+)$/;
const LIST_HEAD = "The following tests FAILED:";
const LISTED = /^\t *(\d+) - (.+) \(([^()]*)\)/;
const PROJECT = /^Test project /;
const NO_TESTS = "No tests were found!!!";

interface Tried {
  readonly name: string;
  readonly outcomes: TestOutcome[];
  readonly isDisabled: boolean;
}

interface Run {
  /** By number and name: two tests of a run can't share both. */
  readonly tests: Map<string, Tried>;
  readonly listed: Map<string, TestOutcome>;
  counts: { readonly failed: number; readonly total: number } | null;
  isEmpty: boolean;
}

/**
 * Ids are the tests' names. A disabled or skipped test is skipped; one that can't be started (not built, or its fixture failed) is an error, as
 * CTest counts it a failure. A test that was repeated (`--repeat`) has its last outcome, once the counts are there to hold it to: a test in the
 * list of failures has failed. Without them its worst counts. Null if no line is CTest's.
 */
export function parseCtest(log: string): TestReport | null {
  const runs: Run[] = [];
  let run: Run | null = null;
  let inList = false;
  for (const line of resultLines(log)) {
    if (run === null || PROJECT.test(line)) {
      run = { tests: new Map(), listed: new Map(), counts: null, isEmpty: line === NO_TESTS };
      runs.push(run);
    }
    if (line === NO_TESTS) run.isEmpty = true;
    const counts = COUNTS.exec(line);
    if (counts !== null) run.counts = { failed: Number(counts[1]), total: Number(counts[2]) };
    if (line === LIST_HEAD) {
      inList = true;
      run.listed.clear();
      continue;
    }
    const failed = inList ? LISTED.exec(line) : null;
    if (failed !== null) run.listed.set(`${failed[1]} ${failed[2]}`, listedOutcome(failed[3] ?? ""));
    else inList = false;
    const test = TEST_LINE.exec(line);
    if (test !== null) note(run.tests, test);
  }
  const known = runs.filter(({ tests, counts, isEmpty }) => tests.size > 0 || counts !== null || isEmpty);
  if (known.length === 0 && !runs.some((each, index) => index > 0 || each.isEmpty)) return null;
  const disagreement = known.map(disagreementOf).find((each) => each !== null) ?? null;
  return reportOf(known.flatMap(casesOf), [], disagreement);
}

function casesOf({ tests, listed, counts }: Run): readonly Case[] {
  return [...tests].flatMap(([key, { name, outcomes }]) => {
    const told = listed.get(key);
    const last = counts === null ? outcomes : outcomes.slice(-1);
    const kept = told === undefined ? last : [outcomes.find((outcome) => outcome === told) ?? told];
    return kept.map((outcome): Case => [name, outcome]);
  });
}

/** CTest counts tests that were skipped as passed, and leaves disabled ones out. */
function disagreementOf(run: Run): string | null {
  if (run.counts === null) return run.isEmpty ? null : contradiction([], []);
  const cases = casesOf(run);
  const disabled = [...run.tests.values()].filter((test) => test.isDisabled).length;
  const skipped = cases.filter(([, outcome]) => outcome === "skipped").length - disabled;
  const { total, failed } = run.counts;
  return contradiction(cases, [{ passed: total - failed - skipped, failed }]);
}

function note(runs: Map<string, Tried>, test: RegExpExecArray): void {
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
