// The forms of what is said of single rollouts and files: inspection, rewards, rendered input, ground truth.
import { z } from "zod";
import { signalSchema } from "../schemas.js";

const count = z.number().int().nonnegative();

/** A rollout in bestk's own format: what `bestk` reads as it is. */
export const rolloutRecordSchema = z.object({
  schema: z.literal("bestk.rollout/1"),
  instanceId: z.string().min(1),
  rolloutId: z.string().nullish().describe("absent: made from the file's name"),
  patch: z.string().nullable().describe('the final diff; "": an empty patch; null: not known'),
  trajectory: z
    .object({
      issue: z.string().nullish().describe("the issue as the agent was given it"),
      steps: z
        .array(
          z.object({
            thought: z.string().nullish(),
            action: z.string().nullish(),
            observation: z.string().nullish(),
          }),
        )
        .describe("oldest first"),
      exitStatus: z.string().nullish().describe("the scaffold's own word for how it ended"),
    })
    .nullish(),
  resolved: z.boolean().nullish().describe("the label, where it is known; never read by a verifier or an aggregator"),
});

/** `bestk.inspect/1`: one line a file. */
export const inspectSchema = z.object({
  schema: z.literal("bestk.inspect/1"),
  file: z.string(),
  format: z.string().nullable().describe("null: no adapter takes the file, and the one problem says why"),
  rollouts: count,
  instances: z.array(z.string()).describe("distinct, in order of appearance"),
  steps: count.describe("turns of the agent, over all rollouts"),
  patches: count.describe("rollouts with a patch that is not blank"),
  emptyPatches: count.describe("rollouts whose patch is there, but blank"),
  problems: z.array(
    z.object({
      line: z.number().int().nullable(),
      field: z.string().nullable(),
      expected: z.string().nullable(),
      message: z.string(),
    }),
  ),
});

const score = {
  schema: z.literal("bestk.score/1"),
  instanceId: z.string(),
  rolloutId: z.string(),
  reward: signalSchema,
  tokens: count.describe("that the model was given"),
  cutTokens: count.describe("that truncation removed"),
};

/** `bestk.score/1`: one line a rollout, `score --json`. */
export const scoreSchema = z.object(score);

/** A line of a run's `rewards.jsonl`. */
export const rewardLineSchema = z.object({ ...score, key: z.string().describe("content address of model and input") });

/** `bestk.render/1`: what the reward model reads of one rollout. */
export const renderSchema = z.object({
  schema: z.literal("bestk.render/1"),
  instanceId: z.string(),
  rolloutId: z.string(),
  tokens: count,
  cutTokens: count,
  cuts: z
    .array(z.object({ of: z.string(), tokens: count.nullable().describe("null: left out whole, never counted") }))
    .describe("in the order of the text"),
  text: z.string(),
  features: z.array(z.number()).describe("in the order of the model's reward.json; empty for models that read text"),
});

const verdict = z.object({ passed: z.array(z.string()), failed: z.array(z.string()) });

/** `bestk.grade/1`: ground truth of one rollout. */
export const gradeSchema = z.object({
  schema: z.literal("bestk.grade/1"),
  instanceId: z.string(),
  rolloutId: z.string(),
  resolved: z.boolean().nullable().describe("null: the machine kept the tests from running"),
  failToPass: verdict,
  passToPass: verdict,
  applied: z.boolean().describe("whether the patch could be applied"),
  reason: z.string().optional().describe("why no test could count, where that is so"),
});
