// Reads a model folder and refuses one that isn't what its reward.json says: a wrong model gives plausible, wrong scores.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { BestkError, messageOf } from "../core/errors.js";
import { sha256 } from "../core/hash.js";
import { didYouMean } from "../core/nearest.js";
import { FEATURES, type FeatureName } from "./features.js";
import { HEADS, type HeadName } from "./heads.js";

const block = z.tuple([z.string(), z.string()]);

const rewardFileSchema = z.object({
  schema: z.literal("bestk.reward/1"),
  name: z.string().min(1),
  licence: z.string().min(1),
  head: z.string(),
  input: z.string().min(1),
  output: z.string().min(1),
  /** The vector's order; empty for heads that read text. */
  features: z.array(z.string()).default([]),
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

/** A folder whose files are there and are the ones that reward.json names. */
export interface ModelFolder {
  readonly dir: string;
  readonly file: RewardFile;
  readonly modelPath: string;
  readonly tokenizerJson: unknown;
  readonly tokenizerConfig: unknown;
  /** sha256 over reward.json and, through it, every file: names the model in content addresses. */
  readonly key: string;
}

const NEEDED = ["model.onnx", "tokenizer.json", "tokenizer_config.json"] as const;

/** The folder of the model that ships with bestk. */
export function shippedModelFolder(): string {
  return fileURLToPath(new URL("../../models/features-1/", import.meta.url));
}

/**
 * Reads and checks `dir`. Throws BestkError `prerequisite` where a file is missing or isn't the one that was trained
 * (checksum), and `configuration` where reward.json asks for what bestk doesn't know.
 */
export async function readModelFolder(dir: string): Promise<ModelFolder> {
  const path = join(dir, "reward.json");
  const text = (await readNamed(dir, "reward.json")).toString("utf8");
  const file = checkNames(parseRewardFile(text, path), path);
  for (const name of NEEDED) {
    if (file.files[name] === undefined) throw new BestkError("configuration", `${path}: files names no ${name}`);
  }
  for (const [name, expected] of Object.entries(file.files)) {
    const actual = await hashNamed(dir, name);
    if (actual !== expected) {
      throw new BestkError(
        "prerequisite",
        `${join(dir, name)}: not the file that reward.json names (sha256 ${actual.slice(0, 12)}…, expected ${expected.slice(0, 12)}…)`,
        { hint: "fetch the folder again, or write its sha256 into reward.json if the change is meant" },
      );
    }
  }
  return {
    dir,
    file,
    modelPath: join(dir, "model.onnx"),
    tokenizerJson: parseJson(await readNamed(dir, "tokenizer.json"), join(dir, "tokenizer.json")),
    tokenizerConfig: parseJson(await readNamed(dir, "tokenizer_config.json"), join(dir, "tokenizer_config.json")),
    key: sha256(text),
  };
}

async function readNamed(dir: string, name: string): Promise<Buffer> {
  return readFile(join(dir, name)).catch((thrown: unknown) => {
    throw missing(dir, name, thrown);
  });
}

/** By stream: a model may be larger than a buffer can be. */
async function hashNamed(dir: string, name: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(join(dir, name))) hash.update(chunk as Buffer);
  } catch (thrown) {
    throw missing(dir, name, thrown);
  }
  return hash.digest("hex");
}

function missing(dir: string, name: string, thrown: unknown): BestkError {
  return new BestkError("prerequisite", `${join(dir, name)}: can't be read (${messageOf(thrown)})`, {
    hint: "a model folder holds reward.json, model.onnx, tokenizer.json and tokenizer_config.json",
    cause: thrown,
  });
}

function parseRewardFile(text: string, path: string): z.infer<typeof rewardFileSchema> {
  const parsed = rewardFileSchema.safeParse(parseJson(Buffer.from(text), path));
  if (parsed.success) return parsed.data;
  throw new BestkError("configuration", `${path}: not a bestk.reward/1 file\n${z.prettifyError(parsed.error)}`);
}

function parseJson(content: Buffer, path: string): unknown {
  try {
    return JSON.parse(content.toString("utf8"));
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
