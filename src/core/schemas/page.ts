// The forms around the report: what a run keeps for it, and what the verbs that show it print.
import { z } from "zod";

const count = z.number().int().nonnegative();

const keptTextSchema = z.object({
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("of the UTF-8 text, which lies in texts/<sha256>.gz"),
  bytes: count.describe("of the text, before compression"),
});

/** Name and size of a text that a run keeps. */
export type KeptText = z.infer<typeof keptTextSchema>;

/** `bestk.kept-rollout/1`: a line of `rollouts.jsonl`. */
export const keptRolloutSchema = z.object({
  schema: z.literal("bestk.kept-rollout/1"),
  instanceId: z.string().min(1),
  rolloutId: z.string().min(1),
  trajectory: keptTextSchema.nullable().describe("JSON: exitStatus, and steps of thought, action and observation"),
  modelInput: keptTextSchema.nullable().describe("what the reward model read: its text, or a line a feature"),
});

export type KeptRolloutLine = z.infer<typeof keptRolloutSchema>;

/** `bestk.task/1`: a line of `tasks.jsonl`. */
export const keptTaskSchema = z.object({
  schema: z.literal("bestk.task/1"),
  instanceId: z.string().min(1),
  repo: z.string().nullable(),
  baseCommit: z.string().nullable(),
  version: z.string().nullable(),
  issue: z.string(),
});

export type KeptTaskLine = z.infer<typeof keptTaskSchema>;

/** `bestk.report/1`. */
export const reportSchema = z.object({
  schema: z.literal("bestk.report/1"),
  file: z.string(),
  bytes: count.describe("of the file"),
  parts: count.describe("texts and details in it"),
  leftOut: z
    .object({ logs: count, trajectories: count, bytes: count.describe("of all texts left out, before compression") })
    .describe("what didn't fit; bestk view has it"),
  runs: z.array(z.object({ id: z.string(), instances: count, rollouts: count })).readonly(),
});

export type ReportLine = z.infer<typeof reportSchema>;

/** `bestk.view/1`. */
export const viewSchema = z.object({ schema: z.literal("bestk.view/1"), url: z.string() });

export type ViewLine = z.infer<typeof viewSchema>;
