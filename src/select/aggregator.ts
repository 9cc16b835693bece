// The contract of an aggregator: evidence of one instance in, tie groups of rollouts out. Plain data, no engine, no model.
import type { Evidence, InstanceRanking } from "../core/schemas.js";

export interface Aggregator {
  readonly name: string;
  /**
   * Ranks the rollouts of one instance. The result doesn't depend on the order of `pool`: tie groups hold rollout ids
   * in natural order; a selection from a tie takes the smallest candidate id, then rollout id (design, contract 7).
   */
  rank(pool: readonly Evidence[]): InstanceRanking;
}
