// What a row of an ablation does to the evidence: signals taken away, fewer generated tests, other rewards.
import { group } from "d3-array";
import { BestkError } from "../core/errors.js";
import { didYouMean } from "../core/nearest.js";
import { compareCodeUnits } from "../core/order.js";
import { randomStream, shuffleStart } from "../core/random.js";
import type { Evidence } from "../core/schemas.js";
import { ok, type Signal, unavailable } from "../core/signal.js";
import type { GeneratedOutcome } from "../core/types.js";
import type { Settings } from "./ablationGrid.js";

/** Name of a set → instanceId → rolloutId → reward. */
export type RewardSets = Readonly<Record<string, ReadonlyMap<string, ReadonlyMap<string, Signal>>>>;

export interface Variant {
  /** Pools as the row sees them, one list a draw of tests; one draw where nothing is drawn. */
  readonly draws: readonly (readonly (readonly Evidence[])[])[];
  /** False where the tests that count were drawn. */
  readonly exact: boolean;
}

export interface VariantOptions {
  readonly seed: number;
  readonly testDraws: number;
  readonly rewards: RewardSets;
}

/** Throws BestkError `configuration` where the evidence hasn't got what a row needs. */
export function variantOf(
  pools: readonly (readonly Evidence[])[],
  settings: Settings,
  row: string,
  options: VariantOptions,
): Variant {
  const { drop = [], reward } = settings;
  const rewarded = reward === undefined ? pools : withRewards(pools, [reward].flat(), row, options.rewards);
  const { draws, exact } = withTests(rewarded, settings, row, options);
  const without = draws.map((drawn) => drawn.map((pool) => pool.map((evidence) => dropped(evidence, drop))));
  return { draws: without, exact };
}

function dropped(evidence: Evidence, drop: NonNullable<Settings["drop"]>): Evidence {
  if (drop.length === 0) return evidence;
  const gone = Object.fromEntries(drop.map((name) => [name, unavailable("not-run", "left out by the ablation")]));
  return { ...evidence, signals: { ...evidence.signals, ...gone } };
}

/** The mean of the named sets' rewards; a set's reason where one of them has none. */
function withRewards(
  pools: readonly (readonly Evidence[])[],
  names: readonly string[],
  row: string,
  sets: RewardSets,
): readonly (readonly Evidence[])[] {
  const unknown = names.find((name) => !Object.hasOwn(sets, name));
  if (unknown !== undefined) {
    throw new BestkError("configuration", `row "${row}": no rewards are named "${unknown}"`, {
      hint:
        Object.keys(sets).length === 0
          ? "name files of `bestk score --json` under rewards"
          : didYouMean(unknown, Object.keys(sets)),
    });
  }
  const rewardOf = ({ instanceId, rolloutId }: Evidence): Signal => {
    const found = names.map(
      (name) => sets[name]?.get(instanceId)?.get(rolloutId) ?? unavailable("not-run", `${name} has no reward for it`),
    );
    const missing = found.find(({ status }) => status === "unavailable");
    if (missing !== undefined) return missing;
    return ok(found.reduce((sum, signal) => sum + (signal.status === "ok" ? signal.value : 0), 0) / found.length);
  };
  return pools.map((pool) =>
    pool.map((evidence) => ({ ...evidence, signals: { ...evidence.signals, reward: rewardOf(evidence) } })),
  );
}

function withTests(
  pools: readonly (readonly Evidence[])[],
  { sources, tests = "all" }: Settings,
  row: string,
  { seed, testDraws }: VariantOptions,
): Variant {
  if (sources === undefined && tests === "all") return { draws: [pools], exact: true };
  const known = pools.map(votingTests);
  if (known.every((units) => units.length === 0)) {
    throw new BestkError("configuration", `row "${row}": the evidence keeps no outcomes of single generated tests`, {
      hint: "tests and sources need evidence of a run, or a table such as 11-agents; drop: [reproduction] works on any",
    });
  }
  checkSources(known.flat(), sources, row);
  const kept = known.map((units) => units.filter(({ source }) => sources?.includes(source ?? "") ?? true));
  const most = Math.max(...kept.map((units) => units.length));
  const count = tests === "all" ? most : tests;
  const exact = count === 0 || count >= most;
  const draws = Array.from({ length: exact ? 1 : testDraws }, (_, draw) =>
    pools.map((pool, index) => {
      const units = [...(kept[index] as readonly Unit[])];
      shuffleStart(units, count, randomStream(seed, "tests", pool[0]?.instanceId ?? "", String(draw)));
      return counted(pool, new Set(units.slice(0, count).map(({ key }) => key)));
    }),
  );
  return { draws, exact };
}

export interface Unit {
  readonly key: string;
  readonly source: string | null;
}

/**
 * Distinct tests of an instance that make up its reproduction signal, in a fixed order. In a run these are the tests
 * that fail on base; a table may count all, which shows in its sums.
 */
export function votingTests(pool: readonly Evidence[]): readonly Unit[] {
  const countsAll = pool.every(({ signals, generated = [] }) => {
    const { reproduction } = signals;
    return reproduction.status !== "ok" || generated.filter(isPass).length === reproduction.value;
  });
  const outcomes = pool.flatMap(({ generated = [] }) => generated);
  const voting = outcomes.filter(({ base }) => countsAll || base === "failed" || base === "error");
  const units = [...group(voting, keyOf)].map(([key, [first]]) => ({ key, source: first?.source ?? null }));
  return units.sort((a, b) => compareCodeUnits(a.key, b.key));
}

/** Reproduction = tests of the set that were passed; a rollout whose tests were never run keeps its reason. */
function counted(pool: readonly Evidence[], tests: ReadonlySet<string>): readonly Evidence[] {
  return pool.map((evidence) => {
    if (evidence.signals.reproduction.status !== "ok") return evidence;
    const reproduction =
      tests.size === 0
        ? unavailable("no-tests", "left out by the ablation")
        : ok((evidence.generated ?? []).filter((outcome) => isPass(outcome) && tests.has(keyOf(outcome))).length);
    return { ...evidence, signals: { ...evidence.signals, reproduction } };
  });
}

function checkSources(units: readonly Unit[], sources: readonly string[] | undefined, row: string): void {
  const known = [...new Set(units.flatMap(({ source }) => (source === null ? [] : [source])))].sort(compareCodeUnits);
  const unknown = sources?.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new BestkError("configuration", `row "${row}": no generated test comes from "${unknown}"`, {
    hint: known.length === 0 ? "the evidence names no sources" : didYouMean(unknown, known),
  });
}

function isPass({ outcome }: GeneratedOutcome): boolean {
  return outcome === "passed";
}

function keyOf({ source, test, name }: GeneratedOutcome): string {
  return JSON.stringify([source, test, name]);
}
