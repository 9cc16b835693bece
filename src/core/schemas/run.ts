// The forms of a run: its card, what the machine has, and a replay of its choice.
import { z } from "zod";

const count = z.number().int().nonnegative();
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const strings = z.array(z.string());

/** `bestk.run/1`: `run.json`, the run card. */
export const runCardSchema = z.object({
  schema: z.literal("bestk.run/1"),
  verb: z.string().optional().describe("the verb that made it, where it is not run, verify or demo"),
  bestk: z.string().describe("bestk's version"),
  node: z.string(),
  platform: z.string(),
  rollouts: strings.describe("files and folders, as they were given"),
  instances: strings.optional(),
  generated: strings.optional().describe("files of generated tests"),
  sandbox: z.string(),
  limits: z.record(z.string(), z.unknown()).describe("of each sandbox"),
  network: z.boolean().optional().describe("whether evaluation scripts had one (grade)"),
  aggregator: z.string().optional().describe("the one that predictions were made by"),
  rawPatch: z.boolean().optional().describe("whether predictions hold the raw patch"),
  lazy: z
    .boolean()
    .optional()
    .describe("whether what can't change the aggregator's choice was left out, where it can be told"),
  risk: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("of a choice being another one because of what was left out (--risk); absent: none"),
  regression: z.string().nullable().optional().describe("--regression; null: as the instances say"),
  model: z
    .object({ name: z.string(), key: z.string().describe("sha256 over the model's files and its template") })
    .nullable()
    .optional()
    .describe("null: no reward model was run"),
  testTimeout: z.number().int().positive().optional().describe("seconds, in place of the instances' own limits"),
  seed: count.optional(),
  jobs: z.number().int().positive(),
  filter: z.object({ only: strings.optional(), limit: z.number().int().positive().optional() }),
  shard: z
    .object({ index: z.number().int().positive(), count: z.number().int().positive() })
    .optional()
    .describe("the machine's share of the instances (--shard)"),
  merged: strings.optional().describe("run directories that it was joined from (bestk merge)"),
  environments: z
    .record(z.string(), z.string())
    .optional()
    .describe("what the sandboxes of each instance held: an image's digest, or a hash of the repository"),
  selection: z
    .object({
      evidence: digest.describe("of the evidence as aggregators see it, in any order"),
      patches: digest.describe("of candidates.jsonl"),
      ranking: digest.describe("of the aggregator's ranking.….jsonl"),
      predictions: digest.describe("of preds.jsonl"),
    })
    .optional()
    .describe("what replay compares with; absent until the run is complete"),
});

export type RunCard = z.infer<typeof runCardSchema>;

/** `bestk.doctor/1`. */
export const doctorSchema = z.object({
  schema: z.literal("bestk.doctor/1"),
  findings: z.array(
    z.object({
      name: z.string(),
      status: z.enum(["ok", "missing"]),
      needed: z.boolean().describe("without it nothing runs; else it only widens what can be done"),
      found: z.string(),
      cause: z.string().nullable().describe("why it is missing; null where it isn't"),
      cure: z.string().nullable().describe("what to do about it"),
    }),
  ),
});

export type DoctorFindings = z.infer<typeof doctorSchema>;

/** Why a selection comes out otherwise. */
export const REPLAY_REASONS = [
  "other-version",
  "changed-evidence",
  "changed-patches",
  "changed-aggregator",
  "changed-files",
  "not-recorded",
] as const;

/** `bestk.replay/1`: whether a run's selection comes out again from its own files. */
export const replaySchema = z.object({
  schema: z.literal("bestk.replay/1"),
  run: z.string(),
  aggregator: z.string().describe("of the run card"),
  rawPatch: z.boolean(),
  instances: count,
  equal: z.boolean().describe("both files came out byte for byte"),
  files: z.array(
    z.object({
      file: z.string(),
      equal: z.boolean(),
      line: z.number().int().positive().nullable().describe("the first line that differs, from 1"),
      held: z.string().nullable().describe("that line in the run; null: there is none"),
      now: z.string().nullable().describe("that line as it comes out now; null: there is none"),
    }),
  ),
  changed: z
    .array(z.object({ instanceId: z.string(), held: z.string().nullable(), now: z.string().nullable() }))
    .describe("instances of which another rollout is selected now"),
  reasons: z
    .array(z.object({ reason: z.enum(REPLAY_REASONS), message: z.string() }))
    .describe("what is not as it was; empty where nothing is known to have changed"),
});

export type Replay = z.infer<typeof replaySchema>;

/** `bestk.schemas/1`: `schema --json` without a name. */
export const schemaListSchema = z.object({
  schema: z.literal("bestk.schemas/1"),
  schemas: z.array(z.object({ name: z.string(), id: z.string(), title: z.string(), description: z.string() })),
});
