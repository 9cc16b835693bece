// Rollouts as rows of signals, and their order: what ranking and its explanation must read in the same way.
import type { Evidence } from "../core/schemas.js";
import type { Signal } from "../core/signal.js";
import { compareSignals, type Key } from "./key.js";

export interface LexicographicOptions {
  readonly name: string;
  /** Compared one after the other; one that is unavailable for every rollout of the instance is left out. */
  readonly keys: readonly Key[];
  /** Only the best `size(K)` of K rollouts by the key `by` (one of `keys`) compete; the others rank below them. */
  readonly shortlist?: Shortlist;
  /** `declared` (default): equal keys form a tie group. `first`: the smaller rollout id ranks higher. */
  readonly ties?: "declared" | "first";
}

export interface Shortlist {
  readonly by: Key;
  readonly size: (rollouts: number) => number;
}

/** A rollout and its signals, in the order of `LexicographicOptions.keys`. */
export interface Row {
  readonly evidence: Evidence;
  readonly signals: readonly Signal[];
  /** On the shortlist; true for all where there is none. */
  readonly kept: boolean;
}

/** A key that counts in this instance: its place in `Row.signals`. */
export interface UsedKey {
  readonly key: Key;
  readonly index: number;
}

/** False also where the shortlist's key is unavailable for every rollout: nothing then says who belongs on it. */
export function hasShortlist(used: readonly UsedKey[], options: LexicographicOptions): boolean {
  return used.some(({ key }) => key === options.shortlist?.by);
}

/** Keys in the order in which the shortlist reads them. With ties to the first, its own key alone. */
export function shortlistOrder(used: readonly UsedKey[], options: LexicographicOptions): readonly UsedKey[] {
  const own = used.filter(({ key }) => key === options.shortlist?.by);
  return options.ties === "first" ? own : [...own, ...used.filter(({ key }) => key !== options.shortlist?.by)];
}

/** Best first by the given keys; 0 where two rows are equal in all of them. */
export function compareRows(a: Row, b: Row, keys: readonly UsedKey[]): number {
  for (const { index } of keys) {
    const order = compareSignals(a.signals[index] as Signal, b.signals[index] as Signal);
    if (order !== 0) return order;
  }
  return 0;
}
