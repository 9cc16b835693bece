// What one run of base is enough for: a second one finds tests that change by themselves, which only takes failures away.
import type { TreeRuns } from "./execution.js";
import { newFailures, passedReproductions, reproductionTests, stableTests } from "./signals.js";
import type { TestRun } from "./testRun.js";

/**
 * Whether candidates may be run against this first run of base. It ended by itself and proves what it says, so that all
 * that a second run can still decide is which of its tests count.
 */
export function isPlainBase({ regression, generated }: TreeRuns): boolean {
  if (regression !== null && (!isSound(regression) || stableTests([regression]).length === 0)) return false;
  return Object.values(generated).every(isSound);
}

/**
 * Whether a candidate's regression tests gave the best that there is, whichever of base's tests count in the end: every test
 * that passes on base passed.
 */
export function isBestRegression(base: TreeRuns, { regression }: TreeRuns): boolean {
  if (base.regression === null || regression === null || !isSound(regression)) return false;
  return newFailures([base.regression], regression).length === 0;
}

/** The same of generated tests: every one that fails on base passed. */
export function isBestReproduction(base: TreeRuns, { generated }: TreeRuns): boolean {
  return Object.entries(base.generated).every(([id, onBase]) => {
    const run = generated[id];
    const tests = reproductionTests([onBase]);
    if (tests.length === 0) return true;
    return run !== undefined && isSound(run) && passedReproductions([onBase], run).length === tests.length;
  });
}

function isSound({ end, consistent, tampered, unproven }: TestRun): boolean {
  return end === "completed" && consistent && tampered === null && unproven === undefined;
}
