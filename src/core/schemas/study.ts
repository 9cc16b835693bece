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
