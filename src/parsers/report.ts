// What a parser makes of a test run: each test's outcome, apart from files that could not even be loaded.
import type { TestOutcome } from "../core/types.js";

/** Outcomes of one run of a test command, as its report or log gives them. */
export interface TestReport {
  /** Test id → outcome, as the runner names the tests. A repeated id keeps its worst outcome. */
  readonly tests: ReadonlyMap<string, TestOutcome>;
  /** Test files that failed as a whole (import or syntax error), by the runner's name for them. */
  readonly unloaded: readonly string[];
  /**
   * Where the runner's own counts contradict the lines of a log, or are missing from it: some lines were printed by tests, or the
   * run was cut short. The outcomes are what the lines say; whoever judges must not take them as proven.
   */
  readonly disagreement?: string;
}

/** Pure function from a report or log to outcomes; null if the text is no report of this kind. */
export type TestParser = (text: string) => TestReport | null;

const SEVERITY: readonly TestOutcome[] = ["passed", "skipped", "failed", "timeout", "error"];

/** Collects outcomes; of equal ids the worst counts, so that a passing twin can't hide a failure. */
export function collectReport(
  cases: Iterable<readonly [string, TestOutcome]>,
  unloaded: Iterable<string> = [],
): TestReport {
  const tests = new Map<string, TestOutcome>();
  for (const [id, outcome] of cases) {
    const known = tests.get(id);
    if (known === undefined || SEVERITY.indexOf(outcome) > SEVERITY.indexOf(known)) tests.set(id, outcome);
  }
  return { tests, unloaded: [...new Set(unloaded)] };
}
