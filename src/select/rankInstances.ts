// From the evidence of many instances to one ranking document that is byte for byte the same for any order of the input.
import { group } from "d3-array";
import { BestkError } from "../core/errors.js";
import { compareNatural } from "../core/order.js";
import type { Evidence, InstanceRanking } from "../core/schemas.js";
import type { Aggregator } from "./aggregator.js";
import { withPossibleTies } from "./possibleTies.js";

/** `bestk.ranking/1` without its part on labels, which only `study/` can add. */
export interface RankingDocument {
  readonly schema: "bestk.ranking/1";
  readonly aggregator: string;
  /** In natural order of instance ids. */
  readonly instances: readonly InstanceRanking[];
}

/** Ranks each instance. Throws BestkError `input` where two pieces of evidence claim the same rollout. */
export function rankInstances(evidence: readonly Evidence[], aggregator: Aggregator): RankingDocument {
  const { order } = aggregator;
  const instances = poolsOf(evidence).map(({ pool }) => {
    const ranked = aggregator.rank(pool);
    return order === undefined ? ranked : withPossibleTies(ranked, pool, order);
  });
  return { schema: "bestk.ranking/1", aggregator: aggregator.name, instances };
}

/** The rollouts of one instance, in natural order of their ids. */
export interface Pool {
  readonly instanceId: string;
  readonly pool: readonly Evidence[];
}

/** Evidence by instance, in natural order. Throws BestkError `input` where two pieces of evidence claim the same rollout. */
export function poolsOf(evidence: readonly Evidence[]): readonly Pool[] {
  return [...group(evidence, ({ instanceId }) => instanceId)]
    .sort(([a], [b]) => compareNatural(a, b))
    .map(([instanceId, pool]) => ({ instanceId, pool: inOrder(pool) }));
}

/** An aggregator of the caller's own may depend on order: give every one the same. */
function inOrder(pool: readonly Evidence[]): readonly Evidence[] {
  const sorted = pool.toSorted((a, b) => compareNatural(a.rolloutId, b.rolloutId));
  const repeated = sorted.find(({ rolloutId }, index) => rolloutId === sorted[index - 1]?.rolloutId);
  if (repeated !== undefined) {
    throw new BestkError("input", `${repeated.instanceId}: two rollouts are named ${repeated.rolloutId}`, {
      hint: "rollout ids must be distinct within an instance",
    });
  }
  return sorted;
}
