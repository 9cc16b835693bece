// The best of the names that instances share, known in hindsight: what choosing has to beat where agents differ in strength.
import { compareNatural } from "../core/order.js";
import type { LabelledPool } from "./pools.js";
import { type Choice, expectedOf } from "./verdict.js";

export interface BestSingle {
  readonly rolloutId: string;
  /** In the order of the pools. */
  readonly choices: readonly Choice[];
}

/**
 * Of the given rollout ids the one with most resolved; where an instance has no such rollout, a random one of its own
 * stands in. null where no id is given.
 */
export function bestSingle(pools: readonly LabelledPool[], rolloutIds: readonly string[]): BestSingle | null {
  const worth = ({ choices }: BestSingle) => choices.reduce((sum, choice) => sum + expectedOf(choice), 0);
  return (
    rolloutIds
      .map((rolloutId) => ({ rolloutId, choices: pools.map((pool) => choiceOf(pool, rolloutId)) }))
      .sort((a, b) => worth(b) - worth(a) || compareNatural(a.rolloutId, b.rolloutId))[0] ?? null
  );
}

function choiceOf({ instanceId, pool, labels }: LabelledPool, wanted: string): Choice {
  const place = pool.findIndex(({ rolloutId }) => rolloutId === wanted);
  const resolved = labels.reduce((sum, label) => sum + label, 0);
  const selected = place < 0 ? null : wanted;
  return {
    instanceId,
    n: labels.length,
    resolved,
    tie: place < 0 ? labels.length : 1,
    tieResolved: place < 0 ? resolved : (labels[place] as number),
    ranking: { instanceId, ranking: [], selected, tie: place < 0, why: "" },
    selectedResolved: labels[place] === 1,
  };
}
