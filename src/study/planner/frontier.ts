// The plans that nothing cheaper matches, and whether a step from one to the next buys more than chance could.
import type { BootstrapOptions } from "../bootstrap.js";
import type { Estimate } from "../curve.js";
import { comparePairs } from "../pairs.js";
import type { MeasuredPoint, PlanPoint } from "../planner.js";

/** A plan on the frontier, against the last one before it that is firm. */
export interface FrontierStep {
  readonly plan: PlanPoint;
  /** Null for the first. */
  readonly gain: Difference | null;
  /** Whether the gain is more than noise (p < 0.05), or the plan is the first. */
  readonly firm: boolean;
}

/** Paired, instance by instance; in shares of instances. */
export interface Difference {
  readonly difference: Estimate;
  /** Two-sided, by sign flips. */
  readonly p: number;
}

export function frontierOf(
  points: readonly MeasuredPoint[],
  ids: readonly string[],
  options: BootstrapOptions,
): readonly FrontierStep[] {
  const steps: FrontierStep[] = [];
  let last: MeasuredPoint | null = null;
  for (const point of undominated(points)) {
    const { values, ...plan } = point;
    const gain: Difference | null = last === null ? null : differenceOf(last, point, ids, options);
    const firm = gain === null || gain.p < 0.05;
    steps.push({ plan, gain, firm });
    if (firm) last = point;
  }
  return steps;
}

/** By cost, ascending: each resolves more than all before it. Of equals the one with fewer rollouts stays. */
export function undominated(points: readonly MeasuredPoint[]): readonly MeasuredPoint[] {
  const sorted = points.toSorted((a, b) => a.cost - b.cost || b.resolved.value - a.resolved.value || a.k - b.k);
  let best = Number.NEGATIVE_INFINITY;
  return sorted.filter(({ resolved }) => {
    if (resolved.value <= best + 1e-9) return false;
    best = resolved.value;
    return true;
  });
}

/** Second − first. */
export function differenceOf(
  first: MeasuredPoint,
  second: MeasuredPoint,
  ids: readonly string[],
  options: BootstrapOptions,
): Difference {
  const pairs = ids.map((instanceId, index) => ({
    instanceId,
    first: { expected: first.values[index] as number, selected: false },
    second: { expected: second.values[index] as number, selected: false },
  }));
  const { difference, p } = comparePairs(pairs, options);
  return { difference, p };
}
