// Evidence for tests, written short: `evidence("r1", { regression: -1, reproduction: "timeout" })`.
import * as fc from "fast-check";
import type { Evidence } from "../../src/core/schemas.js";
import {
  ok,
  type Signal,
  type SignalName,
  UNAVAILABLE_REASONS,
  type UnavailableReason,
  unavailable,
} from "../../src/core/signal.js";
import { EMPTY_CANDIDATE } from "../../src/select/candidate.js";

/** A number is a value, a word a reason; a signal that isn't named was not run. */
export type Short = Partial<Record<SignalName, number | UnavailableReason>> & {
  readonly candidate?: string | null;
  readonly bytes?: number;
  readonly tokens?: readonly number[];
};

export function evidence(rolloutId: string, short: Short = {}, instanceId = "i__i-1"): Evidence {
  const { candidate = `sha256:${rolloutId}`, bytes, tokens = [] } = short;
  return {
    instanceId,
    rolloutId,
    candidateId: candidate,
    signals: {
      regression: signal(short.regression),
      reproduction: signal(short.reproduction),
      reward: signal(short.reward),
    },
    features:
      bytes === undefined ? null : { bytes, addedLines: 1, removedLines: 0, files: NO_FILES, tokenHashes: tokens },
  };
}

const NO_FILES = { source: 1, test: 0, "test-configuration": 0, reproduction: 0, generated: 0, binary: 0 };

function signal(short: number | UnavailableReason = "not-run"): Signal {
  return typeof short === "number" ? ok(short) : unavailable(short, "for a test");
}

/** A signal with few values, so that ties are common. */
export const anySignal: fc.Arbitrary<number | UnavailableReason> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -2, max: 2 }) },
  { weight: 1, arbitrary: fc.constantFrom(...UNAVAILABLE_REASONS) },
);

/** One instance's pool: 1 to 12 rollouts, some with equal, empty or unknown patches. */
export const anyPool: fc.Arbitrary<readonly Evidence[]> = fc
  .array(
    fc.record({
      regression: anySignal,
      reproduction: anySignal,
      reward: anySignal,
      candidate: fc.constantFrom("sha256:a", "sha256:b", "sha256:c", EMPTY_CANDIDATE, null),
      bytes: fc.integer({ min: 1, max: 3 }),
      tokens: fc.uniqueArray(fc.integer({ min: 0, max: 5 })),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((rows) => rows.map((row, index) => evidence(`r${index + 1}`, row)));

/** The same items in another order. */
export function shuffled<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
}
