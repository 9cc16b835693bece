// What a plan costs: prices of rollouts, tests, runs and scores, and how many of each an instance needs.
import { BestkError } from "../../core/errors.js";
import { didYouMean } from "../../core/nearest.js";
import type { Evidence } from "../../core/schemas.js";
import { hasCandidate, isEmptyPatch } from "../../select/candidate.js";
import { allFrom } from "../binomial.js";
import type { LevelDraw, TestLevel } from "./levels.js";

/** The price of one of each, in one unit of the user's choice. */
export const PRICE_NAMES = ["rollout", "generator", "write", "open", "regression", "test", "score"] as const;

export type PriceName = (typeof PRICE_NAMES)[number];

/**
 * `rollout` one attempt of the agent · `generator` one run of a test generator on an instance · `write` one generated test ·
 * `open` one container · `regression` the repository's tests on one candidate · `test` one generated test on one candidate ·
 * `score` one reward sample of one rollout.
 */
export type Prices = Readonly<Record<PriceName, number>>;

/** As published accounts have it: what agents do is counted, and running tests is not. */
export const AGENT_RUNS: Prices = {
  rollout: 1,
  generator: 1,
  write: 0,
  open: 0,
  regression: 0,
  test: 0,
  score: 0,
};

/** Prices of single instances, where they were measured; others cost what is said for all. */
export interface CostModel {
  readonly prices: Prices;
  /** "agent runs", "container-seconds", "as given". */
  readonly unit: string;
  readonly ofInstance: ReadonlyMap<string, Partial<Prices>>;
}

/** Means over instances; of tests and runs, in expectation over which rollouts there are. */
export interface Spend {
  readonly rollouts: number;
  readonly generators: number;
  /** Generated tests that are there to run; null where the evidence doesn't say. */
  readonly tests: number | null;
  /** Candidates that tests are run on: equal patches once, empty ones not at all. */
  readonly candidates: number;
  readonly scores: number;
}

/** `rollout=60,test=2`. Throws BestkError `usage`. */
export function parsePrices(text: string): Partial<Prices> {
  const entries = text.split(",").map((entry) => {
    const [name = "", value = ""] = entry.split("=").map((part) => part.trim());
    if (!(PRICE_NAMES as readonly string[]).includes(name)) {
      throw new BestkError("usage", `--cost ${entry}: no such price`, { hint: didYouMean(name, PRICE_NAMES) });
    }
    if (value === "" || !(Number(value) >= 0) || !Number.isFinite(Number(value))) {
      throw new BestkError("usage", `--cost ${entry}: expected a number, at least 0`);
    }
    return [name, Number(value)] as const;
  });
  return Object.fromEntries(entries);
}

/** Expected number of distinct candidates that need a container, among `k` rollouts drawn from a pool. */
export function expectedCandidates(pool: readonly Evidence[], k: number): number {
  const sizes = new Map<string, number>();
  let single = 0;
  for (const evidence of pool) {
    const { candidateId } = evidence;
    if (isEmptyPatch(evidence) || !hasCandidate(evidence)) continue;
    if (candidateId === null) single += 1;
    else sizes.set(candidateId, (sizes.get(candidateId) ?? 0) + 1);
  }
  const n = pool.length;
  const noneOf = allFrom(n, k);
  const drawn = (size: number): number => 1 - (noneOf[n - size] as number);
  return single * drawn(1) + [...sizes.values()].reduce((sum, size) => sum + drawn(size), 0);
}

/** One of an instance's costs, for a way of filling a level. `index` is the instance's place among the pools. */
export function costOf(
  { prices, ofInstance }: CostModel,
  { instanceId, pool }: { readonly instanceId: string; readonly pool: readonly Evidence[] },
  bought: {
    readonly k: number;
    readonly regression: boolean;
    readonly samples: number;
    readonly generators: number;
    readonly tests: number | null;
  },
): { readonly cost: number; readonly candidates: number } {
  const own = { ...prices, ...ofInstance.get(instanceId) };
  const { k, regression, samples, generators, tests } = bought;
  const runsTests = tests === null || tests > 0;
  const candidates = regression || runsTests ? expectedCandidates(pool, k) : 0;
  const eachCandidate = own.open + (regression ? own.regression : 0) + (tests ?? 1) * own.test;
  const cost =
    k * (own.rollout + samples * own.score) +
    generators * own.generator +
    (tests ?? 1) * (runsTests ? own.write : 0) +
    candidates * eachCandidate;
  return { cost, candidates };
}

/** Generators that have to run: those of the level, or all where tests are drawn from what all of them wrote. */
export function generatorsOf(tests: TestLevel, known: number): number {
  if (tests.kind === "none") return 0;
  return tests.kind === "generators" && tests.count !== null ? tests.count : Math.max(1, known);
}

export function testsOf({ tests }: LevelDraw, place: number): number | null {
  return tests === null ? null : (tests[place] ?? 0);
}
