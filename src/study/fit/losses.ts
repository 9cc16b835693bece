// The two losses of a fit: which of an instance's rollouts is right (pairwise), and how likely a rollout is right (logistic).
import type { Loss } from "./newton.js";

/** Rows of one instance: `x` is n × p, `y` 1 where right. */
export interface Group {
  readonly x: Float64Array;
  readonly y: readonly number[];
  /** What the instance counts. */
  readonly weight: number;
}

/**
 * RankNet (Burges et al. 2005) within an instance: the mean over its (right, wrong) pairs of log(1 + e^−(s_right − s_wrong)),
 * so that an instance counts once whatever its pairs. Instances without both say nothing. Convex.
 */
export function pairwiseLoss(groups: readonly Group[], p: number): Loss {
  const pairs: Float64Array[] = [];
  const weights: number[] = [];
  for (const { x, y, weight } of groups) {
    const [rights, wrongs] = [1, 0].map((label) => y.flatMap((own, i) => (own === label ? [i] : [])));
    for (const right of rights ?? []) {
      for (const wrong of wrongs ?? []) {
        pairs.push(
          Float64Array.from({ length: p }, (_, j) => (x[right * p + j] as number) - (x[wrong * p + j] as number)),
        );
        weights.push(weight / ((rights?.length ?? 0) * (wrongs?.length ?? 0)));
      }
    }
  }
  return (at, gradient, hessian) => {
    let value = 0;
    pairs.forEach((apart, index) => {
      const weight = weights[index] as number;
      const score = dot(apart, 0, at, p);
      const miss = 1 / (1 + Math.exp(score));
      value += weight * (Math.max(-score, 0) + Math.log1p(Math.exp(-Math.abs(score))));
      addSquare(hessian, apart, 0, p, weight * miss * (1 - miss));
      for (let j = 0; j < p; j++) gradient[j] = (gradient[j] as number) - weight * miss * (apart[j] as number);
    });
    return value;
  };
}

/** Log loss of P(right) = 1 / (1 + e^(−x·at)), row by row; a column of ones is an intercept. */
export function logisticLoss(groups: readonly Group[], p: number): Loss {
  return (at, gradient, hessian) => {
    let value = 0;
    for (const { x, y, weight } of groups) {
      y.forEach((label, i) => {
        const score = dot(x, i * p, at, p);
        const chance = 1 / (1 + Math.exp(-score));
        value += weight * (Math.max(score, 0) - score * label + Math.log1p(Math.exp(-Math.abs(score))));
        addSquare(hessian, x, i * p, p, weight * chance * (1 - chance));
        const off = weight * (chance - label);
        for (let j = 0; j < p; j++) gradient[j] = (gradient[j] as number) + off * (x[i * p + j] as number);
      });
    }
    return value;
  };
}

/** Adds weight · x xᵀ to the lower half. */
function addSquare(to: Float64Array, x: Float64Array, start: number, p: number, weight: number): void {
  for (let j = 0; j < p; j++) {
    const own = weight * (x[start + j] as number);
    for (let k = 0; k <= j; k++) to[j * p + k] = (to[j * p + k] as number) + own * (x[start + k] as number);
  }
}

function dot(x: Float64Array, start: number, at: Float64Array, p: number): number {
  let sum = 0;
  for (let j = 0; j < p; j++) sum += (x[start + j] as number) * (at[j] as number);
  return sum;
}
