// The form of reward.json: what a model is given, by which head it is read, and which files it rests on.
import { z } from "zod";
import { BestkError, messageOf } from "../core/errors.js";
import { didYouMean } from "../core/nearest.js";
import { FEATURES, type FeatureName } from "./features.js";
import { HEADS, type HeadName } from "./heads.js";

const block = z.tuple([z.string(), z.string()]);

export const rewardFileSchema = z.object({
  schema: z.literal("bestk.reward/1"),
  name: z.string().min(1),
  licence: z.string().min(1),
  head: z.string(),
  /** The model's input: the vector of features, or the token ids; the other inputs of a text model are found by their names. */
  input: z.string().min(1),
  /** The model's output: a probability (features), or logits. */
  output: z.string().min(1),
  /** The vector's order; empty for heads that read text. */
  features: z.array(z.string()).default([]),
  /** Of the head yes-no: each word in any case and with any space before it; below `minMass` the head abstains. */
  words: z
    .object({
      yes: z.array(z.string().min(1)).min(1),
      no: z.array(z.string().min(1)).min(1),
      minMass: z.number().min(0).max(1).default(0.1),
    })
    .strict()
    .optional(),
  /** Of the head scalar: which of the output's values it is, and what turns it into a probability. */
  scalar: z
    .object({ activation: z.enum(["sigmoid", "softmax"]), classIndex: z.number().int().min(0).default(0) })
    .strict()
    .optional(),
  /** Scores a rollout without a trajectory by its patch alone. */
  patchOnly: z.boolean().default(false),
  template: z.object({
    head: z.string(),
    issue: block,
    step: block,
    thought: block,
    action: block,
    observation: block,
    earlier: z.string(),
    cut: z.string(),
    patch: block,
    noPatch: z.string(),
    question: z.string(),
  }),
  window: z.number().int().min(256),
  truncation: z
    .object({
      issueShare: z.number().min(0.05).max(0.45),
      patchShare: z.number().min(0.05).max(0.45),
      minText: z.number().int().min(8),
    })
    .strict(),
  /** reward = σ(scale · logit(output) + offset). */
  calibration: z.object({ scale: z.number().positive(), offset: z.number() }).strict(),
  /** sha256 of each file of the folder that the model rests on, by its name. */
  files: z.record(z.string().regex(/^[\w][\w.-]*$/), z.string().regex(/^[0-9a-f]{64}$/)),
});

export interface RewardFile extends z.infer<typeof rewardFileSchema> {
  readonly head: HeadName;
  readonly features: FeatureName[];
}

/** Throws BestkError `configuration`, naming `path`, where the text is no such file or asks for what bestk doesn't know. */
export function parseRewardFile(text: string, path: string): RewardFile {
  const parsed = rewardFileSchema.safeParse(parseJson(text, path));
  if (parsed.success) return checkNames(parsed.data, path);
  throw new BestkError("configuration", `${path}: not a bestk.reward/1 file\n${z.prettifyError(parsed.error)}`);
}

/** Throws BestkError `configuration`, naming `path`. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new BestkError("configuration", `${path}: not JSON (${messageOf(thrown)})`, { cause: thrown });
  }
}

function checkNames(file: z.infer<typeof rewardFileSchema>, path: string): RewardFile {
  const refuse = (kind: string, name: string, known: readonly string[]): never => {
    throw new BestkError("configuration", `${path}: unknown ${kind} "${name}"`, { hint: didYouMean(name, known) });
  };
  if (!isKey(HEADS, file.head)) return refuse("head", file.head, Object.keys(HEADS));
  const features = file.features.map((name) =>
    isKey(FEATURES, name) ? name : refuse("feature", name, Object.keys(FEATURES)),
  );
  if (file.truncation.issueShare + file.truncation.patchShare > 0.75) {
    throw new BestkError("configuration", `${path}: issueShare and patchShare leave less than a quarter to the steps`);
  }
  return { ...file, head: file.head, features };
}

function isKey<T extends object>(record: T, key: string): key is Extract<keyof T, string> {
  return Object.hasOwn(record, key);
}
