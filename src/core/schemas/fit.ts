// The form of what a fitted fusion is worth: on instances, repositories and agents that its weights never saw.
import { z } from "zod";

const count = z.number().int().nonnegative();
const bound = z.number().nullable();
const estimate = z.object({ value: z.number(), low: bound, high: bound });
const share = z.number().min(0).max(1);

const worth = z.object({
  name: z.string(),
  instances: count,
  expected: z.number().describe("instances resolved, in expectation over ties"),
  gapClosed: estimate.nullable().describe("(expected − random) / (oracle − random), 95 % bootstrap over instances"),
});

const paired = z.object({
  instances: count,
  wins: count,
  losses: count,
  ties: count,
  onlyFirst: count,
  onlySecond: count,
  mcnemar: share,
  difference: estimate,
  p: share,
});

const decided = z.object({ instances: count, resolved: z.number().nullable().describe("share of them") });

/** `bestk.fit/1`: `fit --json`. */
export const fitSchema = z.object({
  schema: z.literal("bestk.fit/1"),
  name: z.string(),
  instances: count,
  mixed: count.describe("with right and wrong rollouts"),
  rollouts: count,
  unlabelled: count.describe("instances without labels for all of their rollouts: fitted on, and in no figure"),
  repositories: count,
  ridge: z.number(),
  seed: z.number().int(),
  prior: z.boolean().describe("whether the weights were pulled towards another fusion's"),
  worth: z.array(worth).describe("instances left out: the fusion, then others on the same instances"),
  bestAgent: worth.nullable().describe("of one agent, in hindsight; null where ids are not shared"),
  oracle: z.number(),
  tests: z.array(z.object({ against: z.string(), paired })),
  pairAccuracy: z.number().nullable(),
  calibration: z
    .object({
      bins: z.array(
        z.object({ rollouts: count, meanReward: z.number(), resolved: z.number(), low: z.number(), high: z.number() }),
      ),
      rollouts: count,
      brier: z.number(),
      error: z.number().describe("expected calibration error"),
      withinInstance: z.number().nullable(),
    })
    .nullable(),
  abstention: z
    .object({ below: share, sure: decided, abstained: decided })
    .describe("what it does where it is as sure as the threshold, and where it abstains"),
  signals: z.array(
    z.object({
      signal: z.string(),
      importance: z.number().describe("share of the mean distance between two rollouts of an instance"),
      without: worth.nullable().describe("fitted again without it; null where it had no weight"),
    }),
  ),
  byRepository: worth.nullable().describe("whole repositories left out; null with one"),
  agentsLeftOut: z
    .object({ splits: count, fusion: worth, others: z.array(worth), difference: z.array(worth) })
    .nullable(),
  agentsTold: z.object({ agents: count, accuracy: z.number(), chance: z.number() }).nullable(),
});
