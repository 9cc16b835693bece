// What a way to choose is worth on labelled instances: share of the gap closed with its interval, and paired tests.
import type { Aggregator } from "../../select/aggregator.js";
import { BOOTSTRAP_DRAWS, ratioInterval, resamples } from "../bootstrap.js";
import type { Estimate } from "../curve.js";
import { comparePairs, type Paired } from "../pairs.js";
import type { LabelledPool } from "../pools.js";
import { type Choice, choicesOf, expectedOf } from "../verdict.js";

/** Sums in units of instances. */
export interface Worth {
  readonly name: string;
  readonly instances: number;
  /** In expectation over ties. */
  readonly expected: number;
  /** (expected − random) / (oracle − random), 95 % bootstrap over instances; null where there is no gap. */
  readonly gapClosed: Estimate | null;
}

/** Choices of one way on the same instances as others', in one order. */
export interface Chosen {
  readonly name: string;
  readonly choices: readonly Choice[];
}

export function chosenBy(pools: readonly LabelledPool[], aggregator: Aggregator, name = aggregator.name): Chosen {
  return { name, choices: choicesOf(pools, aggregator) };
}

export function worthOf({ name, choices }: Chosen, seed: number): Worth {
  return worthOfSums(
    name,
    choices.map((choice) => ({ instanceId: choice.instanceId, ...sumsOf(choice) })),
    choices.reduce((sum, choice) => sum + expectedOf(choice), 0),
    seed,
  );
}

/** What a choice gains over a random pick, and what an oracle would. */
export interface Sums {
  readonly instanceId: string;
  readonly gain: number;
  readonly gap: number;
}

export function sumsOf(choice: Choice): Omit<Sums, "instanceId"> {
  const chance = choice.resolved / choice.n;
  return { gain: expectedOf(choice) - chance, gap: Number(choice.resolved > 0) - chance };
}

export function worthOfSums(name: string, sums: readonly Sums[], expected: number, seed: number): Worth {
  const gain = Float64Array.from(sums, (one) => one.gain);
  const gap = Float64Array.from(sums, (one) => one.gap);
  const whole = gap.reduce((sum, one) => sum + one, 0);
  const drawn = resamples(
    sums.map(({ instanceId }) => instanceId),
    { seed, draws: BOOTSTRAP_DRAWS },
  );
  const interval = drawn === null ? { low: null, high: null } : ratioInterval(gain, gap, drawn);
  const value = gain.reduce((sum, one) => sum + one, 0) / whole;
  return {
    name,
    instances: sums.length,
    expected: tidy(expected),
    gapClosed: whole < 1e-9 ? null : { value: tidy(value), ...interval },
  };
}

/** The second against the first. */
export function testOf(first: Chosen, second: Chosen, seed: number): Paired {
  const outcome = (choice: Choice) => ({ expected: expectedOf(choice), selected: choice.selectedResolved });
  const pairs = first.choices.map((choice, index) => ({
    instanceId: choice.instanceId,
    first: outcome(choice),
    second: outcome(second.choices[index] as Choice),
  }));
  return comparePairs(pairs, { seed, draws: BOOTSTRAP_DRAWS });
}

/** Share of (right, wrong) pairs of an instance that a figure puts in the right order, ties half; null without any. */
export function pairAccuracy(
  pools: readonly LabelledPool[],
  figuresOf: (pool: LabelledPool["pool"]) => readonly (number | null)[],
): number | null {
  let [right, instances] = [0, 0];
  for (const { pool, labels } of pools) {
    const figures = figuresOf(pool).map((figure) => figure ?? Number.NEGATIVE_INFINITY);
    const above = figures.filter((_, place) => labels[place] === 1);
    const below = figures.filter((_, place) => labels[place] === 0);
    if (above.length === 0 || below.length === 0) continue;
    const sum = above.reduce(
      (total, a) => total + below.reduce((own, b) => own + (a > b ? 1 : a === b ? 0.5 : 0), 0),
      0,
    );
    right += sum / (above.length * below.length);
    instances += 1;
  }
  return instances === 0 ? null : tidy(right / instances);
}

/** Ten decimals: sums of fractions come out without the noise of binary rounding. */
function tidy(value: number): number {
  return Math.round(value * 1e10) / 1e10 + 0;
}
