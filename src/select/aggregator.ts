// The contract of an aggregator: evidence of one instance in, tie groups of rollouts out. Plain data, no engine, no model.
import type { Evidence, InstanceRanking } from "../core/schemas.js";
import type { LexicographicOptions } from "./rows.js";

export interface Aggregator {
  readonly name: string;
  /**
   * Ranks the rollouts of one instance. The result doesn't depend on the order of `pool`: tie groups hold rollout ids
   * in natural order; a selection from a tie takes the smallest candidate id, then rollout id (design, contract 7).
   */
  rank(pool: readonly Evidence[]): InstanceRanking;
  /**
   * What best@k needs to know: how draws from `pool` are ordered. Absent: every draw is ranked by itself, which is right
   * for any aggregator, and slow.
   */
  draws?(pool: readonly Evidence[]): DrawOrder;
  /** What put one rollout of the pool above another, for the account of what was lost. Absent: nothing is said. */
  decision?(pool: readonly Evidence[], above: string, below: string): Decision;
  /** The keys that alone decide the order, so that work which can't change the choice can be left out. Absent: there are none. */
  readonly order?: LexicographicOptions;
  /** Whether it was fitted on labels of this instance. Absent: it was fitted on none. */
  knows?(pool: readonly Evidence[]): boolean;
}

/** How k rollouts drawn from a pool are ordered. Numbers are places in the pool as it was given. */
export type DrawOrder = FixedOrder | ShortlistOrder | PoolOrder;

/** The order of two rollouts doesn't depend on which others were drawn: best@k is exact. */
export interface FixedOrder {
  readonly kind: "fixed";
  /** Tie groups, best first. */
  readonly groups: readonly (readonly number[])[];
}

/** The best `size(k)` of those drawn, by one fixed order, compete in another one: best@k is exact. */
export interface ShortlistOrder {
  readonly kind: "shortlist";
  /** All of the pool in the order by which the shortlist is cut; total. */
  readonly cut: readonly number[];
  /** Of each element of `cut` its standing on the shortlist: smaller is better, equal ones tie. */
  readonly standing: readonly number[];
  size(k: number): number;
}

/** The order depends on who was drawn: best@k is sampled. */
export interface PoolOrder {
  readonly kind: "pool";
  /** The tie group that the selection comes from; empty where nobody drawn has a candidate. */
  top(drawn: readonly number[]): readonly number[];
}

/** `by` is the name of the deciding key; null where the two are equal in all of them. */
export interface Decision {
  readonly by: string | null;
  /** Why the lower one has no value for the key; null where it has one. */
  readonly missing: string | null;
}
