// How sure one may be that anybody drawn is right: figures of the draw as a whole, which no relative column can show.
import type { Prepared } from "./prepared.js";

/** A figure of all drawn together; NaN where it isn't known. */
export interface Level {
  readonly name: string;
  of(prepared: Prepared, drawn: readonly number[]): number;
}

/** Agreement of outcomes, of places and of tests passed was tried too, and says nothing beside this. */
export const LEVELS: readonly Level[] = [{ name: "patches alike", of: patchesAlike }];

/** Mean likeness of two rollouts, less a half. */
function patchesAlike({ likeness, pool }: Prepared, drawn: readonly number[]): number {
  return meanOfPairs(drawn, (a, b) => likeness[a * pool.length + b] as number) - 0.5;
}

/** Over the pairs of which it is known; NaN for none. */
function meanOfPairs(drawn: readonly number[], of: (a: number, b: number) => number): number {
  const values: number[] = [];
  for (const a of drawn) {
    for (const b of drawn) {
      const value = a < b ? of(a, b) : Number.NaN;
      if (!Number.isNaN(value)) values.push(value);
    }
  }
  // Sorted, so that rounding of the sum never depends on the order of the pool.
  return values.sort((a, b) => a - b).reduce((sum, value) => sum + value, 0) / values.length;
}
