// The forms of bestk's own files, checked wherever one is read: files are the interface between the verbs.
import { z } from "zod";
import { SIGNAL_NAMES, type Signals, UNAVAILABLE_REASONS } from "./signal.js";
import { type FileKind, type GeneratedOutcome, type PatchFeatures, TEST_OUTCOMES } from "./types.js";

export const signalSchema = z
  .discriminatedUnion("status", [
    z.object({ status: z.literal("ok"), value: z.number() }),
    z.object({
      status: z.literal("unavailable"),
      reason: z.enum(UNAVAILABLE_REASONS),
      message: z.string().default(""),
    }),
  ])
  .describe("a value, higher is better, or the reason why there is none");

export const FILE_KINDS = [
  "source",
  "test",
  "test-configuration",
  "reproduction",
  "generated",
  "binary",
] as const satisfies readonly FileKind[];

const hashes = z.array(z.number().int().nonnegative());

export const patchFeaturesSchema = z
  .object({
    bytes: z.number().int().nonnegative().describe("UTF-8 bytes of the normalised patch"),
    addedLines: z.number().int().nonnegative(),
    removedLines: z.number().int().nonnegative(),
    files: z
      .record(z.enum(FILE_KINDS), z.number().int().nonnegative())
      .describe("touched files of the raw patch by kind, dropped ones included"),
    tokenHashes: hashes.describe("sorted distinct 32-bit FNV-1a hashes of the tokens on changed lines"),
    syntax: z
      .string()
      .optional()
      .describe("name of what the patch changes beside comments, blank lines and spacing; absent where unknown"),
    places: hashes
      .readonly()
      .optional()
      .describe("sorted hashes of path and line on base of each change; absent where unknown"),
    codeAdded: hashes.readonly().optional().describe("sorted hashes of the lines of code added; absent where unknown"),
  })
  .describe("what aggregators see of the patch");

const generatedOutcomeSchema = z.object({
  test: z.string().min(1).describe("id of the generated test"),
  name: z.string().nullable().default(null).describe("the test within its file, as the runner names it"),
  source: z.string().nullable().default(null).describe("the generator's name"),
  writtenBy: z.array(z.string()).default([]).describe("rollouts whose trajectory it was taken from"),
  base: z.enum(TEST_OUTCOMES).nullable().default(null).describe("outcome on base; null: never run there"),
  outcome: z.enum(TEST_OUTCOMES),
});

const signalsSchema = z.partialRecord(z.enum(SIGNAL_NAMES), signalSchema);

/** `bestk.evidence/1`: one line a rollout. `resolved` is moved out by the loader before anything else sees it. */
export const evidenceLineSchema = z.object({
  schema: z.literal("bestk.evidence/1"),
  instanceId: z.string().min(1),
  rolloutId: z.string().min(1),
  candidateId: z.string().nullable().describe("sha256 of the normalised patch; null where no patch is known"),
  signals: signalsSchema.describe("regression, reproduction, reward; one that is left out is not-run"),
  features: patchFeaturesSchema.optional(),
  generated: z.array(generatedOutcomeSchema).optional().describe("what each generated test said"),
  details: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("what the signals rest on: keys of saved results, lists of tests; for people, and may change"),
  resolved: z.boolean().nullable().optional().describe("the label; the loader moves it away before anything ranks"),
});

export type EvidenceLine = z.infer<typeof evidenceLineSchema>;

/** Evidence of one rollout as aggregators see it: no label, every signal named. */
export interface Evidence {
  readonly instanceId: string;
  readonly rolloutId: string;
  /** null where no patch is known. */
  readonly candidateId: string | null;
  readonly signals: Signals;
  readonly features: PatchFeatures | null;
  /** Outcomes of the generated tests one by one, in a fixed order; absent where the table has sums alone. */
  readonly generated?: readonly GeneratedOutcome[];
  /** Names of the regression tests that fail and pass on base, flaky ones left out; absent where only their number is known. */
  readonly newFailures?: readonly string[];
}

/** Ranking of one instance: tie groups of rollout ids, best first. */
export interface InstanceRanking {
  readonly instanceId: string;
  readonly ranking: readonly (readonly string[])[];
  /** null where there is no candidate. */
  readonly selected: string | null;
  readonly tie: boolean;
  readonly why: string;
  /** Of the selected rollout being right; only where the aggregator has one. */
  readonly probability?: number;
  /** It selects, but says that it is a guess; only where it does. */
  readonly abstains?: true;
}

/** `bestk.generated-test/1`: one line a generated test, as generators write it and `--generated` reads it. */
export const generatedTestLineSchema = z.object({
  schema: z.literal("bestk.generated-test/1"),
  instanceId: z.string().min(1),
  test: z.object({
    id: z.string().min(1).describe("distinct within the instance"),
    path: z
      .string()
      .min(1)
      .refine(
        (path) => !path.startsWith("/") && !path.split("/").includes("..") && !path.includes("\0"),
        "expected a path inside the repository",
      )
      .describe("where it is put, relative to the repository"),
    content: z.string(),
    runner: z.string().min(1),
    command: z.string().min(1).nullable().default(null).describe("null: the runner's own"),
    timeoutSeconds: z.number().positive(),
    source: z.string().min(1).optional().describe("the generator's name"),
    writtenBy: z.array(z.string().min(1)).optional().describe("rollouts whose trajectory it was taken from"),
  }),
  details: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("what its generator knows beside it: kind, origin, reasons"),
});

export type GeneratedTestLine = z.infer<typeof generatedTestLineSchema>;

export const candidateLineSchema = z.object({
  schema: z.literal("bestk.candidate/1"),
  instanceId: z.string().min(1),
  candidateId: z.string().min(1),
  rolloutIds: z.array(z.string()),
  patch: z.string().describe("normalised: the source part of the diff"),
  rawPatches: z.record(z.string(), z.string()).describe("by rollout id, as the scaffold wrote them"),
  dropped: z.array(z.object({ path: z.string(), kind: z.enum(FILE_KINDS), reason: z.string() })),
  features: patchFeaturesSchema,
});

/** `bestk.candidate/1`: a line of `candidates.jsonl`; `rawPatches` by rollout id. */
export type CandidateLine = z.infer<typeof candidateLineSchema>;

/** One SWE-bench prediction. */
export interface Prediction {
  readonly instance_id: string;
  readonly model_name_or_path: string;
  readonly model_patch: string;
}
