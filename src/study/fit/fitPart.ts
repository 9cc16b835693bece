// The weights of a fusion from labelled instances: a listwise order first, then how likely its scores are right.
import { COLUMNS, type Column } from "../../select/fusion/columns.js";
import { LEVELS } from "../../select/fusion/levels.js";
import type { FusionPart } from "../../select/fusion/model.js";
import { COLUMN_COUNT, type Example } from "./examples.js";
import { byInstance, foldsOf } from "./folds.js";
import { type Group, logisticLoss, pairwiseLoss } from "./losses.js";
import { minimise } from "./newton.js";

export interface FitOptions {
  /** Ridge on the weight of a column of spread 1. */
  readonly ridge: number;
  readonly seed: number;
  /** Weights of one unit that the ridge pulls towards; columns that it doesn't name are pulled to 0. */
  readonly prior?: Readonly<Record<string, number>>;
  /** Signals that are taken away. */
  readonly without?: ReadonlySet<string>;
}

const INNER_FOLDS = 5;
const LEVEL_RIDGE = 1;
/** A score that says nothing, or the contrary, still orders; it only stops moving the probability. */
const LEAST_SLOPE = 0.01;

/** Weights by column, in the order of `COLUMNS`. */
export function fitOrder(examples: readonly Example[], { ridge, without, prior = {} }: FitOptions): Float64Array {
  const p = COLUMN_COUNT;
  const spread = spreadOf(examples);
  const isUsed = COLUMNS.map(({ group }, j) => (spread[j] as number) > 1e-9 && without?.has(group) !== true);
  const used = isUsed.flatMap((is, j) => (is ? [j] : []));
  const expected = used.map((j) => (prior[(COLUMNS[j] as Column).name] ?? 0) * (spread[j] as number));
  const groups = examples.map(({ x, y }): Group => {
    const scaled = new Float64Array(y.length * used.length);
    for (let i = 0; i < y.length; i++) {
      used.forEach((j, k) => {
        scaled[i * used.length + k] = (x[i * p + j] as number) / (spread[j] as number);
      });
    }
    return { x: scaled, y, weight: 1 };
  });
  const at = nonNegative(groups, expected, ridge);
  // Of what no example differs in nothing is learnt: it keeps what is expected of it.
  const weights = Float64Array.from(COLUMNS, ({ name, group }, j) =>
    (spread[j] as number) > 1e-9 || without?.has(group) === true ? 0 : (prior[name] ?? 0),
  );
  used.forEach((j, k) => {
    weights[j] = (at[k] as number) / (spread[j] as number);
  });
  return weights;
}

/** More is better in every column: those that would get a weight below 0 are left out, and the others fitted again. */
function nonNegative(groups: readonly Group[], expected: readonly number[], ridge: number): Float64Array {
  const p = expected.length;
  let free = Array.from({ length: p }, (_, j) => j);
  for (;;) {
    const kept = groups.map(({ x, y, weight }): Group => {
      const part = new Float64Array(y.length * free.length);
      y.forEach((_, i) => {
        free.forEach((j, k) => {
          part[i * free.length + k] = x[i * p + j] as number;
        });
      });
      return { x: part, y, weight };
    });
    const centre = Float64Array.from(free, (j) => expected[j] as number);
    const { at } = minimise(pairwiseLoss(kept, free.length), new Float64Array(free.length).fill(ridge), centre);
    const wrong = free.filter((_, k) => (at[k] as number) < 0);
    if (wrong.length > 0) {
      free = free.filter((j) => !wrong.includes(j));
      continue;
    }
    const all = new Float64Array(p);
    free.forEach((j, k) => {
      all[j] = at[k] as number;
    });
    return all;
  }
}

/** The order from all examples; its probability from scores of orders that were fitted without the instance. */
export function fitPart(examples: readonly Example[], options: FitOptions): FusionPart {
  const weights = fitOrder(examples, options);
  const folds = foldsOf(examples, byInstance, INNER_FOLDS, options.seed);
  const scores: Float64Array[] = examples.map(() => new Float64Array(0));
  for (let fold = 0; fold < INNER_FOLDS; fold++) {
    const order = fitOrder(
      examples.filter((_, index) => folds[index] !== fold),
      options,
    );
    examples.forEach((example, index) => {
      if (folds[index] === fold) scores[index] = scoresOf(example, order);
    });
  }
  const at = fitLevel(examples, scores);
  const figures = [...at].map(tidy);
  return {
    score: named(COLUMNS, weights),
    level: Object.fromEntries(LEVELS.map(({ name }, index) => [name, figures[index + 2] as number])),
    slope: Math.max(LEAST_SLOPE, figures[1] as number),
    intercept: figures[0] as number,
  };
}

/** By place of the example. */
export function scoresOf({ x, y }: Example, weights: Float64Array): Float64Array {
  return Float64Array.from(y, (_, i) => {
    let sum = 0;
    for (let j = 0; j < COLUMN_COUNT; j++) sum += (x[i * COLUMN_COUNT + j] as number) * (weights[j] as number);
    return sum;
  });
}

/** Intercept, slope, and a weight for each level. An instance counts once, however many rollouts it has. */
function fitLevel(examples: readonly Example[], scores: readonly Float64Array[]): Float64Array {
  const p = 2 + LEVELS.length;
  const groups = examples.map(({ y, levels }, index): Group => {
    const x = new Float64Array(y.length * p);
    y.forEach((_, i) => {
      x.set([1, scores[index]?.[i] ?? 0, ...levels], i * p);
    });
    return { x, y, weight: 1 / y.length };
  });
  const ridge = Float64Array.from({ length: p }, (_, j) => (j === 0 ? 1e-3 : j === 1 ? 1e-2 : LEVEL_RIDGE));
  return minimise(logisticLoss(groups, p), ridge).at;
}

/** Standard deviation of each column within instances, over all of them. */
function spreadOf(examples: readonly Example[]): Float64Array {
  const squares = new Float64Array(COLUMN_COUNT);
  let freedom = 0;
  for (const { x, y } of examples) {
    freedom += y.length - 1;
    for (let j = 0; j < COLUMN_COUNT; j++) {
      const mean = y.reduce((sum, _, i) => sum + (x[i * COLUMN_COUNT + j] as number), 0) / y.length;
      squares[j] = y.reduce(
        (sum, _, i) => sum + ((x[i * COLUMN_COUNT + j] as number) - mean) ** 2,
        squares[j] as number,
      );
    }
  }
  return squares.map((square) => Math.sqrt(square / Math.max(1, freedom)));
}

function named(columns: readonly { readonly name: string }[], weights: Float64Array): Record<string, number> {
  return Object.fromEntries(
    columns.flatMap(({ name }, j) => (weights[j] === 0 ? [] : [[name, tidy(weights[j] as number)]])),
  );
}

/** Eight significant digits: the same file whatever the order of sums. */
function tidy(value: number): number {
  return Number(value.toPrecision(8)) + 0;
}
