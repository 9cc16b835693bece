// What an order is made of: one comparable signal a rollout, so that every aggregator compares evidence by the same rules.
import type { Evidence } from "../core/schemas.js";
import type { Signal, SignalName, UnavailableReason } from "../core/signal.js";

/** One component of a lexicographic key. Higher is better. */
export interface Key {
  readonly name: string;
  /** Signal of one rollout of the pool. Pure, and independent of the pool's order. */
  read(evidence: Evidence, pool: readonly Evidence[]): Signal;
  /** How a value is told to people; default is the number. */
  readonly show?: (value: number) => string;
  /**
   * True where a signal is the same whoever else is drawn (what counts at all may be read from the whole pool): best@k is
   * then exact.
   */
  readonly own?: boolean;
  /** The one signal that is read. Absent: it is something else, or several. */
  readonly signal?: SignalName;
  /** True where no outcome of a test is read, so that the key is known before any test is run. */
  readonly untested?: boolean;
  /**
   * `read` for many draws from one pool: does once what all of them share. With the whole pool as the draw it says what
   * `read` says.
   */
  prepare?(pool: readonly Evidence[]): (evidence: Evidence, drawn: readonly Evidence[]) => Signal;
}

/**
 * Place of a missing value behind every measured one (design, contract 1): 0 nothing is known against the patch,
 * then what speaks against it ever more clearly. `no-tests` and `could-not-matter` are not named in the contract's
 * list: nothing ran, so nothing was learnt, and they stand with `not-run`.
 */
const CLASS_OF_REASON: Readonly<Record<UnavailableReason, number>> = {
  "not-run": 0,
  "could-not-matter": 0,
  "no-tests": 0,
  infra: 0,
  "over-context": 0,
  "no-trajectory": 0,
  "low-mass": 0,
  "model-error": 0,
  "no-patch": 0,
  timeout: 1,
  oom: 1,
  "no-tests-ran": 1,
  tampered: 2,
  "patch-failed": 3,
  "empty-patch": 4,
};

/** Best first: measured values descending, then the classes of reasons; 0 where two signals tie. */
export function compareSignals(a: Signal, b: Signal): number {
  if (a.status === "ok") return b.status === "ok" ? Math.sign(b.value - a.value) : -1;
  return b.status === "ok" ? 1 : CLASS_OF_REASON[a.reason] - CLASS_OF_REASON[b.reason];
}

/** A function of who was drawn that is asked for one draw after the other: computes once a draw. */
export function lastOf<T>(compute: (drawn: readonly Evidence[]) => T): (drawn: readonly Evidence[]) => T {
  let last: { readonly drawn: readonly Evidence[]; readonly value: T } | null = null;
  return (drawn) => {
    if (last === null || last.drawn !== drawn) last = { drawn, value: compute(drawn) };
    return last.value;
  };
}

/** The signals that verifiers measure, as keys. */
export const regression: Key = measured("regression");
export const reproduction: Key = measured("reproduction");
export const reward: Key = measured("reward");

function measured(name: SignalName): Key {
  return { name, read: (evidence) => evidence.signals[name], own: true, signal: name };
}
