// What the agent's own test runs and scripts showed; claims in its prose don't count here.
import { count, type Feature, log1p, type RolloutView, type StepView } from "./view.js";

export const TEST_FEATURES = {
  /** log(1 + steps whose observation shows the result of a test run). */
  "tests.runs": (view) => log1p(count(view.steps, (step) => step.tests !== null)),
  /** 1 if the last test run had no failure, -1 if it had, 0 if there was none. */
  "tests.lastPassed": (view) => verdict(lastTests(view)),
  /** log(1 + failures in the last test run). */
  "tests.lastFailures": (view) => log1p(lastTests(view)?.tests?.failed ?? 0),
  /** log(1 + tests passed in the last test run): a whole suite says more than one test. */
  "tests.lastPasses": (view) => log1p(lastTests(view)?.tests?.passed ?? 0),
  /** 1 if a test run failed and a later one passed. */
  "tests.turnedGreen": (view) => {
    const firstRed = view.steps.findIndex((step) => verdict(step) === -1);
    return firstRed !== -1 && view.steps.slice(firstRed).some((step) => verdict(step) === 1) ? 1 : 0;
  },
  /** 1 if a script was written to reproduce the issue. */
  "tests.reproduction": (view) => (view.steps.some(writesReproduction) ? 1 : 0),
  /** 1 if the last script or test that was run reported an error, -1 if it ran without, 0 if none was run. */
  "tests.lastRunError": (view) => {
    const last = view.steps.findLast((step) => step.kind === "run" || step.kind === "test");
    return last === undefined ? 0 : last.error || verdict(last) === -1 ? 1 : -1;
  },
} satisfies Record<string, Feature>;

function lastTests(view: RolloutView): StepView | undefined {
  return view.steps.findLast((step) => step.tests !== null);
}

function verdict(step: StepView | undefined): -1 | 0 | 1 {
  if (step === undefined || step.tests === null) return 0;
  return step.tests.failed > 0 ? -1 : step.tests.passed > 0 ? 1 : 0;
}

function writesReproduction(step: StepView): boolean {
  return (
    step.kind === "edit" && /repro|\btest_\w*(?:fix|issue|bug)|\bdebug_?\w*\.\w+/i.test(step.action.slice(0, 2_000))
  );
}
