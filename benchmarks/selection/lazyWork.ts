// What a run of stored outcomes would have taken: containers and commands, counted as `run/` and `verify/` do it.
import type { Evidence } from "../../src/core/schemas.js";
import type { Limits } from "../../src/run/lazy.js";
import { PARTS, type Part, type Sureness } from "../../src/run/savedVerdict.js";
import type { Wanted } from "../../src/run/verdicts.js";
import { BASE_RUNS } from "../../src/verify/execution.js";

/** Containers, and test commands by what they are for. */
export interface Work {
  containers: number;
  base: number;
  regression: number;
  reproduction: number;
  rerun: number;
}

export function nothing(): Work {
  return { containers: 0, base: 0, regression: 0, reproduction: 0, rerun: 0 };
}

/** A container each, with every command there is: generated tests are taken to run in one. */
export function runBase(work: Work, limits: Limits, times: number): number {
  work.containers += times;
  work.base += times * PARTS.filter((part) => limits[part] !== null).length;
  return times;
}

/** What one sandbox runs of a candidate, as `verify/` does it. */
export function runParts(
  work: Work,
  { regression }: Evidence["signals"],
  open: readonly Part[],
  wanted: Wanted,
): readonly Part[] {
  const asked = open.filter((part) => wanted.parts.includes(part));
  const both = asked.length === 2;
  const ran = both && wanted.goesOn?.(regression) === false ? (["regression"] as const) : asked;
  work.containers += 1;
  for (const part of ran) work[part] += 1;
  return ran;
}

/** A regression is made sure of by one further run. */
export function runAgain(work: Work): void {
  work.containers += 1;
  work.rerun += 1;
}

export function hasFailures({ regression }: Evidence["signals"]): boolean {
  return regression.status === "ok" && regression.value < 0;
}

export const SURE: Sureness = { unsure: [], best: [] };

/** Of what a candidate's first run gave: a table has no flaky tests, but a run that ends with it could not know. */
export function surenessOf(
  signals: Evidence["signals"],
  open: readonly Part[],
  limits: Limits,
  baseRuns: number,
): Sureness {
  if (signals.regression.status !== "ok" && signals.regression.reason === "patch-failed") return SURE;
  if (baseRuns >= BASE_RUNS)
    return { unsure: hasFailures(signals) && !open.includes("regression") ? ["regression"] : [], best: [] };
  const measured = PARTS.filter((part) => limits[part] !== null && !open.includes(part));
  const isBest = (part: Part): boolean => {
    const signal = signals[part];
    return signal.status === "ok" && signal.value === limits[part];
  };
  return { unsure: measured.filter((part) => !isBest(part)), best: measured.filter(isBest) };
}
