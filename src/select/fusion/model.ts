// The form of a fusion: weights and what they were fitted on, plain data that a person can read and a test can check.
import { z } from "zod";
import { BestkError } from "../../core/errors.js";
import { didYouMean } from "../../core/nearest.js";
import { COLUMNS } from "./columns.js";
import { LEVELS } from "./levels.js";

const weights = z.record(z.string().min(1), z.number());

const partSchema = z.strictObject({
  /** Column → weight of one unit of it. Columns that aren't named, and values that aren't known, add nothing. */
  score: weights,
  /** Column of the level → weight: the log odds of being right are their sum with `slope` · score and `intercept`. */
  level: weights,
  slope: z.number().positive(),
  intercept: z.number(),
});

/** `bestk.fusion/1`: `fusion.json` of a folder. */
export const fusionSchema = z.strictObject({
  schema: z.literal("bestk.fusion/1"),
  name: z.string().min(1),
  /** Fitted on all instances: for those that it never saw. */
  all: partSchema,
  /** Each fitted without a share of the instances, and used on them alone. */
  folds: z.array(partSchema),
  /** Below this probability of the selected rollout it abstains: it still selects, and says so. */
  abstainBelow: z.number().min(0).max(1),
  fitted: z.strictObject({
    instances: z.number().int().positive(),
    rollouts: z.number().int().positive(),
    /** Instances with right and wrong rollouts: the others say nothing of an order. */
    mixed: z.number().int().positive(),
    ridge: z.number().positive(),
    seed: z.number().int(),
    /** Hash of an instance's name, or of something that it holds, → its fold. */
    seen: z.record(z.string().regex(/^[0-9a-f]{16}$/), z.number().int().nonnegative()),
    /** Hashes of the repositories. */
    repositories: z.array(z.string().regex(/^[0-9a-f]{16}$/)),
  }),
});

export type Fusion = z.infer<typeof fusionSchema>;

/** Weights, and how a score becomes a probability. */
export type FusionPart = Fusion["all"];

/** Reads a parsed `fusion.json`; `file` is its name for messages. Throws BestkError `input`. */
export function parseFusion(value: unknown, file: string): Fusion {
  const parsed = fusionSchema.safeParse(value);
  if (!parsed.success) {
    throw new BestkError("input", `${file}: no fusion: ${z.prettifyError(parsed.error).split("\n")[0]}`, {
      hint: "`bestk fit EVIDENCE -o DIR` writes one",
    });
  }
  const columns: readonly string[] = COLUMNS.map(({ name }) => name);
  const levels: readonly string[] = LEVELS.map(({ name }) => name);
  for (const part of [parsed.data.all, ...parsed.data.folds]) {
    for (const [own, known] of [
      [part.score, columns],
      [part.level, levels],
    ] as const) {
      const unknown = Object.keys(own).find((name) => !known.includes(name));
      if (unknown === undefined) continue;
      throw new BestkError("input", `${file}: it weighs "${unknown}", which this bestk doesn't know`, {
        hint: `fit it again; ${didYouMean(unknown, known)}`,
      });
    }
  }
  return parsed.data;
}
