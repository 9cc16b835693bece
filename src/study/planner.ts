// How to spend a budget: what rollouts, tests and rewards buy together, the frontier of cost and resolved, and advice.
import { BestkError } from "../core/errors.js";
import type { Evidence } from "../core/schemas.js";
import type { Labels } from "../core/types.js";
import type { Aggregator } from "../select/aggregator.js";
import type { RewardSets } from "./ablationEvidence.js";
import { bestAtK } from "./bestAtK.js";
import { BOOTSTRAP_DRAWS, meanInterval, resamples } from "./bootstrap.js";
import type { Estimate } from "./curve.js";
import { type Advice, adviceFor, type Budget } from "./planner/advice.js";
import { type CostModel, costOf, generatorsOf, type Prices, type Spend, testsOf } from "./planner/costs.js";
import { type Equal, equalSpends } from "./planner/equals.js";
import { type FrontierStep, frontierOf } from "./planner/frontier.js";
import { type DrawnLevel, drawLevel, type Level, levelsOf, sourcesOf } from "./planner/levels.js";
import { type LabelledPool, labelledPools } from "./pools.js";

/** A way to spend: so many rollouts, and a level of evidence to choose among them. */
export interface PlanPoint extends Level {
  /** Rollouts drawn. */
  readonly k: number;
  /** Share of instances in [0, 1] that the chosen rollout resolves. */
  readonly resolved: Estimate;
  /** False where tests, samples or rollouts were drawn at random. */
  readonly exact: boolean;
  /** Mean over instances, in the unit of the cost model. */
  readonly cost: number;
  readonly spend: Spend;
}

/** `bestk.plan/1`. */
export interface PlanStudy {
  readonly schema: "bestk.plan/1";
  readonly aggregator: string;
  readonly unit: string;
  readonly prices: Prices;
  /** Instances whose own tests were measured. */
  readonly measured: number;
  readonly instances: number;
  /** Left out because a rollout has no label. */
  readonly unlabelled: number;
  /** Left out because they have fewer rollouts than the largest k. */
  readonly tooFew: number;
  readonly points: readonly PlanPoint[];
  /** By cost: no cheaper point resolves as much. */
  readonly frontier: readonly FrontierStep[];
  /** What rollouts with more tests are worth in rollouts with fewer. */
  readonly equal: readonly Equal[];
  readonly advice: readonly Advice[];
}

export interface PlannerOptions {
  readonly aggregator: Aggregator;
  readonly costs: CostModel;
  readonly budgets: readonly Budget[];
  /** Default: every number that 95 % of the instances have. */
  readonly ks?: readonly number[] | null;
  readonly rewards?: RewardSets;
  readonly seed: number;
  /** Bootstrap draws, default 2,000. */
  readonly draws?: number;
  /** Ways of filling a level (which tests, which generators) that are looked at; default 24. */
  readonly levelDraws?: number;
  /** Draws of rollouts where an order has no closed form; default 64. */
  readonly subsets?: number;
}

/** A point with its figure instance by instance, in the order of the pools: what every test of a difference needs. */
export interface MeasuredPoint extends PlanPoint {
  readonly values: Float64Array;
}

/** Deterministic. Throws BestkError `input` without labels, or where no instance has as many rollouts as asked. */
export function studyPlans(
  loaded: { readonly evidence: readonly Evidence[]; readonly labels: Labels },
  options: PlannerOptions,
): PlanStudy {
  const { aggregator, costs, seed, rewards = {}, draws = BOOTSTRAP_DRAWS, levelDraws = 24 } = options;
  const { pools, unlabelled } = labelledPools(loaded.evidence, loaded.labels);
  const ks = (options.ks ?? numbersUpTo(pools)).toSorted((a, b) => a - b);
  const members = pools.filter(({ pool }) => pool.length >= (ks.at(-1) ?? 1));
  if (members.length === 0) throw new BestkError("input", `no instance has ${ks.at(-1)} labelled rollouts`);
  const evidence = members.map(({ pool }) => pool);
  const ids = members.map(({ instanceId }) => instanceId);
  const drawn = resamples(ids, { seed, draws });
  const levels = levelsOf(evidence, rewards);
  const sources = sourcesOf(evidence).length;
  const measured = levels.flatMap((level): readonly MeasuredPoint[] => {
    const filled = drawLevel(evidence, level, { seed, draws: levelDraws, rewards });
    const values = valuesOf(members, aggregator, filled, ks, { seed, subsets: options.subsets ?? 64 });
    return ks.map((k, at) => {
      const { value, exact } = values[at] as KValues;
      const interval = drawn === null ? { low: null, high: null } : meanInterval(value, drawn);
      return {
        ...level,
        k,
        resolved: { value: tidy(meanOf(value)), ...interval },
        exact: exact && filled.exact,
        ...spendOf(members, level, filled, k, sources, costs),
        values: value,
      };
    });
  });
  const frontier = frontierOf(measured, ids, { seed, draws });
  return {
    schema: "bestk.plan/1",
    aggregator: aggregator.name,
    unit: costs.unit,
    prices: costs.prices,
    measured: ids.filter((id) => costs.ofInstance.has(id)).length,
    instances: members.length,
    unlabelled,
    tooFew: pools.length - members.length,
    points: measured.map(withoutValues),
    frontier,
    equal: equalSpends(measured, ids, { seed, draws }),
    advice: options.budgets.map((budget) => adviceFor(measured, ids, budget, costs.unit, { seed, draws })),
  };
}

interface KValues {
  readonly value: Float64Array;
  readonly exact: boolean;
}

function valuesOf(
  members: readonly LabelledPool[],
  aggregator: Aggregator,
  filled: DrawnLevel,
  ks: readonly number[],
  sampling: { readonly seed: number; readonly subsets: number },
): readonly KValues[] {
  const places = members.map((_, index) => index);
  const counted = ks.map((k) => ({ k, members: places }));
  const sums = ks.map(() => new Float64Array(members.length));
  const exact = ks.map(() => true);
  for (const draw of filled.draws) {
    const pools = members.map((member, index) => ({ ...member, pool: draw.pools[index] as readonly Evidence[] }));
    bestAtK(pools, aggregator, counted, sampling).forEach((at, index) => {
      const sum = sums[index] as Float64Array;
      at.values.forEach((value, member) => {
        sum[member] = (sum[member] as number) + value / filled.draws.length;
      });
      exact[index] = exact[index] === true && (at.exact || (at.variances?.every((own) => own === 0) ?? true));
    });
  }
  return sums.map((value, index) => ({ value, exact: exact[index] === true }));
}

function spendOf(
  members: readonly LabelledPool[],
  level: Level,
  filled: DrawnLevel,
  k: number,
  sources: number,
  costs: CostModel,
): { readonly cost: number; readonly spend: Spend } {
  const generators = generatorsOf(level.tests, sources);
  let cost = 0;
  let candidates = 0;
  let tests = 0;
  for (const draw of filled.draws) {
    members.forEach((member, index) => {
      const own = testsOf(draw, index);
      const bought = { k, regression: level.regression, samples: level.samples, generators, tests: own };
      const paid = costOf(costs, member, bought);
      cost += paid.cost;
      candidates += paid.candidates;
      tests += own ?? 0;
    });
  }
  const each = members.length * filled.draws.length;
  const isCounted = filled.draws.every((draw) => draw.tests !== null);
  return {
    cost: tidy(cost / each),
    spend: {
      rollouts: k,
      generators,
      tests: isCounted ? tidy(tests / each) : null,
      candidates: tidy(candidates / each),
      scores: k * level.samples,
    },
  };
}

/** 1 … the most that 95 % of the instances have. */
function numbersUpTo(pools: readonly LabelledPool[]): readonly number[] {
  const sizes = pools.map(({ pool }) => pool.length).sort((a, b) => a - b);
  const most = sizes[Math.floor(0.05 * sizes.length)] ?? 1;
  return Array.from({ length: most }, (_, index) => index + 1);
}

export function withoutValues({ values: _values, ...point }: MeasuredPoint): PlanPoint {
  return point;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Ten decimals: sums of fractions come out without the noise of binary rounding. */
function tidy(value: number): number {
  return Math.round(value * 1e10) / 1e10 + 0;
}
