// Newton's method for a smooth convex loss with a ridge: small, exact, and the same on every machine.

/** Value of a loss at a point; adds its gradient and the lower half of its Hessian (row by row, p × p) to what is given. */
export type Loss = (at: Float64Array, gradient: Float64Array, hessian: Float64Array) => number;

export interface Minimum {
  readonly at: Float64Array;
  readonly value: number;
  readonly iterations: number;
  readonly converged: boolean;
}

const MOST_ITERATIONS = 50;
const SMALLEST_DECREMENT = 1e-10;

/**
 * Minimises loss + Σ ridge_j · (at_j − centre_j)² / 2 from `centre`, with steps halved until they descend. Stops where Newton's decrement
 * is below 1e-10, or after 50 steps. A ridge of 0 needs a loss that bends in that direction.
 */
export function minimise(
  loss: Loss,
  ridge: Float64Array,
  centre: Float64Array = new Float64Array(ridge.length),
): Minimum {
  const p = ridge.length;
  let at = Float64Array.from(centre);
  let here = evaluate(loss, ridge, centre, at);
  for (let iterations = 0; ; iterations++) {
    const step = solve(here.hessian, here.gradient, p);
    const decrement = step.reduce((sum, each, j) => sum + each * (here.gradient[j] as number), 0);
    if (decrement < SMALLEST_DECREMENT) return { at, value: here.value, iterations, converged: true };
    if (iterations === MOST_ITERATIONS) return { at, value: here.value, iterations, converged: false };
    let length = 1;
    for (;;) {
      const next = at.map((each, j) => each - length * (step[j] as number));
      const there = evaluate(loss, ridge, centre, next);
      if (there.value <= here.value - 1e-4 * length * decrement) {
        at = next;
        here = there;
        break;
      }
      length /= 2;
      if (length < 1e-10) return { at, value: here.value, iterations, converged: true };
    }
  }
}

interface Evaluated {
  readonly value: number;
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
}

function evaluate(loss: Loss, ridge: Float64Array, centre: Float64Array, at: Float64Array): Evaluated {
  const p = ridge.length;
  const gradient = new Float64Array(p);
  const hessian = new Float64Array(p * p);
  let value = loss(at, gradient, hessian);
  for (let j = 0; j < p; j++) {
    const [own, weight] = [(at[j] as number) - (centre[j] as number), ridge[j] as number];
    value += (weight * own * own) / 2;
    gradient[j] = (gradient[j] as number) + weight * own;
    hessian[j * p + j] = (hessian[j * p + j] as number) + weight;
  }
  return { value, gradient, hessian };
}

/** Solves A x = b for a positive definite A of which the lower half is given (Cholesky). Throws RangeError where A isn't. */
export function solve(a: Float64Array, b: Float64Array, p: number): Float64Array {
  const l = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * p + j] as number;
      for (let k = 0; k < j; k++) sum -= (l[i * p + k] as number) * (l[j * p + k] as number);
      if (i !== j) l[i * p + j] = sum / (l[j * p + j] as number);
      else if (sum > 0) l[i * p + i] = Math.sqrt(sum);
      else throw new RangeError("the matrix is not positive definite: a column says nothing, and has no ridge");
    }
  }
  const x = Float64Array.from(b);
  for (let i = 0; i < p; i++) {
    for (let k = 0; k < i; k++) x[i] = (x[i] as number) - (l[i * p + k] as number) * (x[k] as number);
    x[i] = (x[i] as number) / (l[i * p + i] as number);
  }
  for (let i = p - 1; i >= 0; i--) {
    for (let k = i + 1; k < p; k++) x[i] = (x[i] as number) - (l[k * p + i] as number) * (x[k] as number);
    x[i] = (x[i] as number) / (l[i * p + i] as number);
  }
  return x;
}
