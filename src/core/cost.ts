// What a run directory's evidence took to get, and what was spared: `cost.json`, read by the report.
import { z } from "zod";

const amount = z.object({
  /** Sandboxes opened. */
  containers: z.number().int().nonnegative(),
  /** Test commands run in them. */
  commands: z.number().int().nonnegative(),
  /** Seconds that sandboxes were open. What was spared is an estimate: candidates that ran stand for those that didn't. */
  containerSeconds: z.number().nonnegative(),
});

/** Containers, commands and seconds: taken, or spared. */
export type Amount = z.infer<typeof amount>;

/** Parts of the execution-based verifier's work, in order. */
export const COST_STAGES = ["base", "regression", "reproduction", "rerun"] as const;

export type CostStage = (typeof COST_STAGES)[number];

const saving = z.object({ candidates: z.number().int().nonnegative(), ...amount.shape });

export const costSchema = z.object({
  schema: z.literal("bestk.cost/1"),
  /** Whether work that couldn't change the choice was left out. */
  lazy: z.boolean(),
  /** All that the evidence took, in this run and in those before it that it goes on from. */
  ...amount.shape,
  /** Of this run alone; null where no reward model was run. */
  modelSeconds: z.number().nonnegative().nullable(),
  /** Verdicts taken from an earlier run. */
  cached: z.number().int().nonnegative(),
  /** Rollouts (counted in `candidates`) whose patch equals another one's. */
  savedByEqualPatches: saving,
  /** Candidates with work that could not change the choice. */
  savedByLaziness: saving,
  /** `commands` of each stage, and the seconds of the commands themselves. */
  stages: z.array(
    z.object({
      stage: z.enum(COST_STAGES),
      commands: z.number().int().nonnegative(),
      commandSeconds: z.number().nonnegative(),
      savedCommands: z.number().int().nonnegative(),
    }),
  ),
});

/** `bestk.cost/1`: `cost.json` of a run directory. */
export type Cost = z.infer<typeof costSchema>;
