// The forms of what a selection gives: rankings, predictions, and what they are worth on labels.
import { z } from "zod";

const count = z.number().int().nonnegative();

const instanceRanking = {
  instanceId: z.string(),
  ranking: z.array(z.array(z.string())).describe("tie groups of rollout ids, best first"),
  selected: z.string().nullable().describe("null where there is no candidate"),
  tie: z
    .boolean()
    .describe("whether the selection was taken from a tie, by the smallest candidate id, then rollout id"),
  why: z.string().describe("what decided, in words"),
  probability: z.number().optional().describe("of the selected rollout being right; only a fusion gives one"),
  abstains: z.literal(true).optional().describe("a fusion's selection below its threshold: a guess"),
};

/** `bestk.ranking/1` as one document: `rank --json`, `run --json`, `demo --json`, `regrade --json`. */
export const rankingSchema = z.object({
  schema: z.literal("bestk.ranking/1"),
  aggregator: z.string(),
  instances: z.array(z.object(instanceRanking)).describe("in natural order of instance ids"),
  labelled: z
    .object({
      instances: count.describe("whose rollouts all have labels"),
      unlabelled: count.describe("left out: a rollout has no label"),
      expected: z.number().describe("resolved by the ranking, in expectation over ties"),
      random: z.number().describe("resolved by a rollout drawn at random"),
      oracle: z.number().describe("instances with at least one resolved rollout"),
      gapClosed: z.number().nullable().describe("(expected − random) / (oracle − random); null where there is no gap"),
    })
    .optional()
    .describe("only where labels are; sums in units of instances"),
});

/** A line of a run's `ranking.<aggregator>.jsonl`. */
export const rankingLineSchema = z.object({ schema: z.literal("bestk.ranking/1"), ...instanceRanking });

/** A line of `preds.jsonl`, as the SWE-bench harness takes it. */
export const predictionSchema = z.object({
  instance_id: z.string(),
  model_name_or_path: z.string().describe("bestk- and the aggregator's name"),
  model_patch: z.string().describe("the normalised patch; the raw one with --raw-patch"),
});
