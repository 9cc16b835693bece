// Rankings that a run holds, as aggregators: what the page says of a choice is of the choice that was made.
import { BestkError } from "../../core/errors.js";
import type { InstanceRanking } from "../../core/schemas.js";
import type { Aggregator } from "../../select/aggregator.js";
import { AGGREGATORS } from "../../select/registry.js";

/** Gives back the ranking that is stored of a pool's instance; throws BestkError `bug` where there is none. */
export function storedAggregator(name: string, rankings: readonly InstanceRanking[]): Aggregator {
  const byInstance = new Map(rankings.map((ranking) => [ranking.instanceId, ranking]));
  const registered = registeredAggregator(name);
  return {
    name,
    rank: ([first]) => {
      const ranking = byInstance.get(first?.instanceId ?? "");
      if (ranking === undefined) throw new BestkError("bug", `${name} has no ranking of ${first?.instanceId}`);
      return ranking;
    },
    ...(registered?.decision === undefined
      ? {}
      : { decision: (pool, above, below) => registered.decision?.(pool, above, below) ?? NOTHING }),
  };
}

const NOTHING = { by: null, missing: null } as const;

/** null for one of the caller's own, such as a fusion. */
export function registeredAggregator(name: string): Aggregator | null {
  return Object.entries(AGGREGATORS).find(([known]) => known === name)?.[1] ?? null;
}
