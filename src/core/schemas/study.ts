// The forms of studies on labelled evidence: curves, ablations, comparisons.
import { z } from "zod";

const count = z.number().int().nonnegative();
const share = z.number().min(0).max(1);
const bound = z.number().nullable();

/** A figure and its 95 % interval. */
const estimate = z.object({
  value: z.number(),
  low: bound.describe("95 % percentile bootstrap over instances; null with one instance"),
  high: bound,
});

const point = { k: z.number().int().positive(), mean: share, instances: count };

/** `bestk.curve/1`. */
export const curveSchema = z.object({
  schema: z.literal("bestk.curve/1"),
  passAtK: z.array(z.object(point)).describe("share of instances with a resolved rollout among k drawn"),
  curves: z.array(
    z.object({
      aggregator: z.string(),
      points: z.array(
        z.object({
          ...point,
          low: bound.describe("95 % percentile bootstrap over instances; null with one instance"),
          high: bound,
          exact: z.boolean().describe("false where draws of k were sampled"),
        }),
      ),
    }),
  ),
});

const pValue = share.describe("two-sided, by sign flips of the differences");
const mcnemar = share.describe("exact two-sided McNemar test of what was selected");

/** Settings of a row of a grid, with the names of the grid's own form. */
const settings = z.object({
  aggregator: z.string().optional(),
  keys: z.array(z.enum(["regression", "reproduction", "reward", "votes", "likeness", "size"])).optional(),
  shortlist: z.union([z.number(), z.enum(["notebook", "half", "none"])]).optional(),
  ties: z.enum(["declared", "first"]).optional(),
  drop: z.array(z.enum(["regression", "reproduction", "reward"])).optional(),
  sources: z.array(z.string()).optional(),
  tests: z.union([z.number(), z.literal("all")]).optional(),
  reward: z.union([z.string(), z.array(z.string())]).optional(),
});

/** `bestk.ablation/1`. */
export const ablationSchema = z.object({
  schema: z.literal("bestk.ablation/1"),
  k: z.number().int().positive().nullable().describe("rollouts to choose from; null: all of an instance"),
  instances: count,
  unlabelled: count.describe("left out: a rollout has no label"),
  tooFew: count.describe("left out: fewer than k rollouts"),
  base: z.string(),
  rows: z
    .array(
      z.object({
        name: z.string(),
        settings,
        best: estimate.describe("share resolved, in expectation over ties"),
        exact: z.boolean().describe("false where tests or rollouts were drawn at random"),
        against: z
          .object({
            difference: estimate.describe("row − base, paired"),
            wins: count,
            losses: count,
            ties: count,
            p: pValue,
            pHolm: share.describe("adjusted by Holm over all rows"),
            mcnemar: mcnemar.nullable(),
          })
          .nullable()
          .describe("null for the base"),
        published: z.number().nullable().describe("somebody else's figure, in per cent"),
      }),
    )
    .describe("the base first"),
});

const side = z.object({
  aggregator: z.string(),
  expected: z.number().describe("instances resolved, in expectation over ties"),
  selected: count.describe("instances whose submitted rollout is resolved"),
});

/** `bestk.compare/1`: the second against the first. */
export const compareSchema = z.object({
  schema: z.literal("bestk.compare/1"),
  instances: count.describe("that both hold with labels for all rollouts"),
  wins: count.describe("instances on which the second does better"),
  losses: count,
  ties: count,
  onlyFirst: count.describe("instances that the first's selection alone resolves"),
  onlySecond: count,
  mcnemar,
  difference: estimate.describe("second − first, in shares of instances"),
  p: pValue,
  first: side,
  second: side,
  onlyOneSide: count.describe("labelled instances that one side alone holds, left out"),
  words: z.string(),
});

const testLevel = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("none") }),
  z.object({ kind: z.literal("generators"), count: count.nullable().describe("null: sources are unknown, all tests") }),
  z.object({ kind: z.literal("number"), count }),
]);

const prices = z.object({
  rollout: z.number(),
  generator: z.number(),
  write: z.number(),
  open: z.number(),
  regression: z.number(),
  test: z.number(),
  score: z.number(),
});

const level = {
  tests: testLevel,
  regression: z.boolean(),
  samples: count.describe("reward samples a rollout"),
};

const planPoint = z.object({
  ...level,
  k: z.number().int().positive().describe("rollouts drawn"),
  resolved: estimate.describe("share resolved, in expectation"),
  exact: z.boolean().describe("false where tests, samples or rollouts were drawn"),
  cost: z.number().describe("an instance, in `unit`"),
  spend: z.object({
    rollouts: z.number(),
    generators: z.number(),
    tests: z.number().nullable(),
    candidates: z.number().describe("distinct candidates that tests run on, in expectation"),
    scores: z.number(),
  }),
});

const difference = { difference: estimate, p: pValue };

/** `bestk.plan/1`. */
export const planSchema = z.object({
  schema: z.literal("bestk.plan/1"),
  aggregator: z.string(),
  unit: z.string().describe("of every cost"),
  prices: prices.describe("of one of each; of instances that were not measured"),
  measured: count.describe("instances with durations of their own"),
  instances: count,
  unlabelled: count.describe("left out: a rollout has no label"),
  tooFew: count.describe("left out: fewer rollouts than the largest k"),
  points: z.array(planPoint),
  frontier: z
    .array(
      z.object({
        plan: planPoint,
        gain: z.object(difference).nullable().describe("over the last firm plan before it; null for the first"),
        firm: z.boolean().describe("the gain is more than noise"),
      }),
    )
    .describe("by cost: no cheaper plan resolves as much"),
  equal: z.array(
    z.object({
      k: z.number(),
      more: testLevel,
      fewer: testLevel,
      regression: z.boolean(),
      samples: count,
      equals: z.number().nullable().describe("rollouts that resolve as much with fewer tests; null: more than `most`"),
      most: z.number(),
      nearest: z.object({ ...difference, k: z.number() }),
    }),
  ),
  advice: z.array(
    z.object({
      budget: z.object({
        cost: z.number().optional(),
        rollouts: z.number().optional(),
        generators: z.number().optional(),
        tests: z.number().optional(),
        samples: z.number().optional(),
      }),
      best: planPoint.nullable(),
      runnerUp: z
        .object({ ...difference, plan: planPoint })
        .nullable()
        .describe("the best that buys other evidence"),
      cheapest: z
        .object({ ...difference, plan: planPoint })
        .nullable()
        .describe("the cheapest that the best can't be told from"),
      outside: z.number().nullable().describe("share resolved on instances that had no say in the choice of the plan"),
      words: z.string(),
    }),
  ),
});
