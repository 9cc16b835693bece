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
 * The regression tests that fail on a candidate and pass on base, as far as base ran; null where its run proves nothing of single
 * tests. Whatever is found out of flaky ones takes the same tests away for all candidates: who fails only what another fails
 * too is never behind it.
 */
export function failingRegression(base: readonly TreeRuns[], { regression }: TreeRuns): readonly string[] | null {
  const onBase = base.flatMap((tree) => tree.regression ?? []);
  return regression === null || onBase.length === 0 || !isSound(regression) ? null : newFailures(onBase, regression);
}

/** The same of generated tests: those that fail on base and on the candidate. */
export function failingReproduction([first]: readonly TreeRuns[], { generated }: TreeRuns): readonly string[] | null {
  const failing: string[] = [];
  for (const [id, onBase] of Object.entries(first?.generated ?? {})) {
    const run = generated[id];
    const tests = reproductionTests([onBase]);
    if (tests.length === 0) continue;
    if (run === undefined || !isSound(run)) return null;
    const passed = new Set(passedReproductions([onBase], run));
    failing.push(...tests.filter((test) => !passed.has(test)).map((test) => JSON.stringify([id, test])));
  }
  return failing;
}

function isSound({ end, consistent, tampered, unproven }: TestRun): boolean {
  return end === "completed" && consistent && tampered === null && unproven === undefined;
}
