// What a run cost, from its own account; where it keeps none, from how long its saved test commands took.
import type { Cost } from "../../core/cost.js";
import type { PageCost } from "../../core/page.js";
import type { InstanceSource } from "./source.js";

export const NO_COST: PageCost = {
  containerSeconds: null,
  modelSeconds: null,
  cached: null,
  savedByEqualPatches: null,
  savedByLaziness: null,
};

export function costOf({
  containerSeconds,
  modelSeconds,
  cached,
  savedByEqualPatches,
  savedByLaziness,
}: Cost): PageCost {
  return {
    containerSeconds,
    modelSeconds,
    cached,
    savedByEqualPatches: savedByEqualPatches.containerSeconds,
    savedByLaziness: savedByLaziness.containerSeconds,
  };
}

/** Seconds of test commands alone: sandboxes are open for longer. */
export interface MeasuredCost {
  readonly seconds: number;
  readonly savedByEqualPatches: number;
}

/** null where nothing of the instance was run. */
export function measuredCost({ base, candidates }: InstanceSource): MeasuredCost | null {
  const verified = candidates.flatMap(({ verified: own, rolloutIds }) =>
    own === null ? [] : [{ seconds: own.durationMs / 1000, rollouts: rolloutIds.length }],
  );
  if (base === null || verified.length === 0) return null;
  const onBase = base.runs.reduce((sum, { regression, generated }) => {
    const all = [...Object.values(generated), ...(regression === null ? [] : [regression])];
    return sum + all.reduce((own, { durationMs }) => own + durationMs, 0);
  }, 0);
  return {
    seconds: onBase / 1000 + verified.reduce((sum, { seconds }) => sum + seconds, 0),
    savedByEqualPatches: verified.reduce((sum, { seconds, rollouts }) => sum + seconds * (rollouts - 1), 0),
  };
}

/** The cost of all instances as far as it was measured. */
export function summedCost(measured: readonly MeasuredCost[]): PageCost {
  if (measured.length === 0) return NO_COST;
  const sum = (figure: (one: MeasuredCost) => number): number =>
    Math.round(measured.reduce((all, one) => all + figure(one), 0) * 1000) / 1000;
  return {
    ...NO_COST,
    containerSeconds: sum(({ seconds }) => seconds),
    savedByEqualPatches: sum(({ savedByEqualPatches }) => savedByEqualPatches),
  };
}
