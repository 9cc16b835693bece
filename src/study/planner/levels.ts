// What a budget can buy beside rollouts, as levels of evidence: tests of so many generators, so many tests, reward samples.
import { cross } from "d3-array";
import { randomStream, shuffleStart } from "../../core/random.js";
import type { Evidence } from "../../core/schemas.js";
import type { SignalName } from "../../core/signal.js";
import { type RewardSets, variantOf, votingTests } from "../ablationEvidence.js";
import type { Settings } from "../ablationGrid.js";

/** Tests that are bought: all that so many generators wrote, or so many of all that were written. */
export type TestLevel =
  | { readonly kind: "none" }
  /** `count` null: the evidence doesn't say who wrote what, and all tests are one level. */
  | { readonly kind: "generators"; readonly count: number | null }
  | { readonly kind: "number"; readonly count: number };

/** All that a plan buys beside rollouts. */
export interface Level {
  readonly tests: TestLevel;
  /** Whether the repository's own tests are run. */
  readonly regression: boolean;
  /** Reward samples a rollout; 0: the reward model is not asked. */
  readonly samples: number;
}

/** What one way of filling a level shows of every pool, and what of it was bought. */
export interface LevelDraw {
  readonly pools: readonly (readonly Evidence[])[];
  /** Generated tests that are run, pool by pool; null where the evidence keeps sums alone. */
  readonly tests: readonly number[] | null;
}

export interface DrawnLevel {
  /** Every way of filling the level, or seeded draws of them, with equal weights. */
  readonly draws: readonly LevelDraw[];
  /** False where ways were drawn. */
  readonly exact: boolean;
}

export interface LevelOptions {
  readonly seed: number;
  /** Ways of filling a level, at most. */
  readonly draws: number;
  readonly rewards: RewardSets;
}

/** Every combination that the evidence can answer. */
export function levelsOf(pools: readonly (readonly Evidence[])[], rewards: RewardSets): readonly Level[] {
  const all = pools.flat();
  const has = (name: SignalName): boolean => all.some(({ signals }) => signals[name].status === "ok");
  const named = Object.keys(rewards).length;
  const samples = named > 0 ? countsTo(named) : has("reward") ? [1] : [];
  const regression = has("regression") ? [false, true] : [false];
  const tests: TestLevel[] = [{ kind: "none" }, ...(has("reproduction") ? testLevels(pools) : [])];
  return cross(cross(tests, regression), [0, ...samples], ([ofTests, suite], count) => {
    return { tests: ofTests, regression: suite, samples: count };
  });
}

function testLevels(pools: readonly (readonly Evidence[])[]): readonly TestLevel[] {
  const sources = sourcesOf(pools);
  const sizes = pools.map((pool) => votingTests(pool).length).sort((a, b) => a - b);
  const typical = sizes[sizes.length >> 1] ?? 0;
  const generators: TestLevel[] =
    sources.length === 0
      ? [{ kind: "generators", count: null }]
      : countsTo(sources.length).map((count) => ({ kind: "generators", count }));
  const numbers = [1, 2, 4, 8, 16, 32, 64].filter((count) => count < typical);
  return [...generators, ...numbers.map((count): TestLevel => ({ kind: "number", count }))];
}

/** Names of those who wrote tests that count, sorted. */
export function sourcesOf(pools: readonly (readonly Evidence[])[]): readonly string[] {
  const names = pools.flatMap((pool) => votingTests(pool).flatMap(({ source }) => (source === null ? [] : [source])));
  return [...new Set(names)].sort();
}

/** The evidence that a level buys: each way to choose its generators, its tests, its samples. */
export function drawLevel(
  pools: readonly (readonly Evidence[])[],
  level: Level,
  { seed, draws, rewards }: LevelOptions,
): DrawnLevel {
  const { tests, regression, samples } = level;
  const drop: SignalName[] = [
    ...(regression ? [] : (["regression"] as const)),
    ...(tests.kind === "none" ? (["reproduction"] as const) : []),
    ...(samples === 0 ? (["reward"] as const) : []),
  ];
  const names = Object.keys(rewards);
  const sets = samples === 0 || names.length === 0 ? ALL : subsetsOf(names, samples, draws, seed);
  const given = tests.kind === "generators" && tests.count !== null ? tests.count : null;
  const groups = given === null ? ALL : subsetsOf(sourcesOf(pools), given, draws, seed);
  const ways = pairUp(groups.subsets, sets.subsets, draws);
  const rows = ways.pairs.map(
    ([sources, reward]): Settings => ({
      drop,
      ...(sources === null ? {} : { sources: [...sources] }),
      ...(reward === null ? {} : { reward: [...reward] }),
      ...(tests.kind === "number" ? { tests: tests.count } : {}),
    }),
  );
  const testDraws = Math.max(1, Math.floor(draws / rows.length));
  const drawn = rows.map((settings) => {
    const variant = variantOf(pools, settings, "plan", { seed, testDraws, rewards });
    const bought = boughtTests(pools, tests, settings.sources);
    return { exact: variant.exact, draws: variant.draws.map((seen): LevelDraw => ({ pools: seen, tests: bought })) };
  });
  return {
    draws: drawn.flatMap((way) => way.draws),
    exact: groups.all && sets.all && ways.all && drawn.every(({ exact }) => exact),
  };
}

const ALL: Subsets<never> = { subsets: [null], all: true };

interface Subsets<T> {
  readonly subsets: readonly (readonly T[] | null)[];
  readonly all: boolean;
}

/** All subsets of a size where they are no more than `most`, else that many drawn ones. */
function subsetsOf(names: readonly string[], size: number, most: number, seed: number): Subsets<string> {
  const every = combinations(names, size, most);
  if (every !== null) return { subsets: every, all: true };
  const random = randomStream(seed, "subsets", String(size));
  const subsets = Array.from({ length: most }, () => {
    const order = [...names];
    shuffleStart(order, size, random);
    return order.slice(0, size);
  });
  return { subsets, all: false };
}

/** null: more than `most`. */
function combinations(names: readonly string[], size: number, most: number): readonly (readonly string[])[] | null {
  let found: readonly (readonly string[])[] = [[]];
  names.forEach((name, index) => {
    const left = names.length - index - 1;
    const grown = found.flatMap((subset) => (subset.length < size ? [subset, [...subset, name]] : [subset]));
    found = grown.filter((subset) => subset.length + left >= size);
  });
  return found.length > most ? null : found;
}

function pairUp<A, B>(
  a: readonly A[],
  b: readonly B[],
  most: number,
): { readonly pairs: readonly (readonly [A, B])[]; readonly all: boolean } {
  if (a.length * b.length <= most) return { pairs: cross(a, b), all: true };
  const longer = Math.max(a.length, b.length);
  const pairs = Array.from({ length: longer }, (_, at) => [a[at % a.length] as A, b[at % b.length] as B] as const);
  return { pairs, all: false };
}

function boughtTests(
  pools: readonly (readonly Evidence[])[],
  tests: TestLevel,
  sources: readonly string[] | undefined,
): readonly number[] | null {
  if (tests.kind === "none") return pools.map(() => 0);
  const units = pools.map(votingTests);
  if (units.every((ofPool) => ofPool.length === 0)) return null;
  const counts = units.map((ofPool) => ofPool.filter(({ source }) => sources?.includes(source ?? "") ?? true).length);
  return tests.kind === "number" ? counts.map((count) => Math.min(count, tests.count)) : counts;
}

function countsTo(most: number): readonly number[] {
  return Array.from({ length: most }, (_, index) => index + 1);
}
