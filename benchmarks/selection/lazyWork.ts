// What a run of stored outcomes would have taken: containers and commands, counted as `run/` and `verify/` do it.
import type { Evidence } from "../../src/core/schemas.js";
import type { Limits, OnBase } from "../../src/run/lazy.js";
import { PARTS, type Part, type Sureness } from "../../src/run/savedVerdict.js";
import type { Wanted } from "../../src/run/verdicts.js";
import type { BaseOutcomes } from "../../src/select/foresight.js";
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

/** Of every test on each of these, and on base. */
export function allOf(each: readonly Evidence["signals"][], limits: Limits): Work {
  const work = nothing();
  runBase(work, limits, BASE_RUNS);
  const open = PARTS.filter((part) => limits[part] !== null);
  for (const signals of each) {
    runParts(work, signals, open, { parts: PARTS });
    if (hasFailures(signals)) runAgain(work);
  }
  return work;
}

/** A regression is made sure of by one further run. */
export function runAgain(work: Work): void {
  work.containers += 1;
  work.rerun += 1;
}

export function hasFailures({ regression }: Evidence["signals"]): boolean {
  return regression.status === "ok" && regression.value < 0;
}

export const SURE: Sureness = { unsure: [], failing: {} };

/**
 * Of what a candidate's first run gave. A table has no flaky tests, but a run that ends with it could not know. Where a table counts
 * failures and does not name them, no two candidates are taken to fail the same test.
 */
export function surenessOf(
  line: Evidence,
  open: readonly Part[],
  { limits, tests }: OnBase,
  baseRuns: number,
): Sureness {
  const { signals } = line;
  const isWhole = baseRuns >= BASE_RUNS;
  const measured = PARTS.filter((part) => limits[part] !== null && !open.includes(part));
  const hasRun = measured.filter((part) => {
    const signal = signals[part];
    return signal.status === "ok" || signal.reason !== "patch-failed";
  });
  const named = { regression: failuresOf(line), reproduction: missedOf(line, limits, tests ?? []) };
  const failing = hasRun.flatMap((part) => {
    const tests = signals[part].status === "ok" ? named[part] : null;
    if (tests === null || (part === "reproduction" && isWhole)) return [];
    return [[part, { tests, isFinal: tests.length === 0, hasValue: isWhole }]];
  });
  return {
    unsure: isWhole ? [] : hasRun.filter((part) => signals[part].status !== "ok"),
    failing: Object.fromEntries(failing),
  };
}

/** Once its failures were run again. */
export function confirmed({ failing }: Sureness): Sureness {
  const { regression } = failing;
  return { ...SURE, failing: regression === undefined ? {} : { regression: { ...regression, isFinal: true } } };
}

function failuresOf({ signals: { regression }, newFailures, candidateId }: Evidence): readonly string[] {
  const count = regression.status === "ok" ? -regression.value : 0;
  return newFailures ?? Array.from({ length: count }, (_, index) => `${candidateId} ${index + 1}`);
}

function missedOf(
  { signals: { reproduction }, generated, candidateId }: Evidence,
  limits: Limits,
  tests: BaseOutcomes,
): readonly string[] {
  if (generated !== undefined && tests.length > 0) {
    const isReproduction = ({ base }: BaseOutcomes[number]): boolean => base === "failed" || base === "error";
    const passed = new Set(
      generated.filter(({ outcome }) => outcome === "passed").map(({ test, name }) => `${test} ${name}`),
    );
    return tests
      .filter(isReproduction)
      .map(({ test, name }) => `${test} ${name}`)
      .filter((test) => !passed.has(test));
  }
  const count = (limits.reproduction ?? 0) - (reproduction.status === "ok" ? reproduction.value : 0);
  return Array.from({ length: count }, (_, index) => `${candidateId} ${index + 1}`);
}
