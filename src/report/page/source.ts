// What a page is made from: evidence and rankings at once, texts one instance at a time, so that a large run needs little memory.
import type { Cost } from "../../core/cost.js";
import type { PageTable } from "../../core/page.js";
import type { CandidateLine, Evidence, InstanceRanking } from "../../core/schemas.js";
import type { Labels, TestOutcome } from "../../core/types.js";
import type { TreeRuns } from "../../verify/execution.js";

/** A run directory, or evidence alone. */
export interface PageSource {
  /** Unique among the runs of a page. */
  readonly id: string;
  readonly complete: boolean;
  readonly card: Readonly<Record<string, unknown>>;
  readonly evidence: readonly Evidence[];
  readonly labels: Labels;
  /** By aggregator; the first is the one that predictions are made by. Every instance of the evidence is in each. */
  readonly rankings: ReadonlyMap<string, readonly InstanceRanking[]>;
  /** Regression tests that changed by themselves, by instance. */
  readonly flaky: ReadonlyMap<string, number>;
  /** null: the run keeps no account. */
  readonly cost: Cost | null;
  readonly tables: readonly PageTable[];
  readonly instance: (instanceId: string) => Promise<InstanceSource>;
}

/** What the page shows of one instance beside its evidence. */
export interface InstanceSource {
  readonly issue: string | null;
  readonly candidates: readonly CandidateSource[];
  readonly base: BaseSource | null;
  /** By rollout id. */
  readonly rollouts: ReadonlyMap<string, RolloutTexts>;
}

export interface RolloutTexts {
  /** A `Transcript` as JSON. */
  readonly transcript: SourceText | null;
  readonly modelInput: SourceText | null;
}

export type CandidatePatch = Pick<CandidateLine, "candidateId" | "rolloutIds" | "patch" | "rawPatches" | "dropped"> & {
  readonly features: Pick<CandidateLine["features"], "addedLines" | "removedLines">;
};

export interface CandidateSource extends CandidatePatch {
  /** null where it was not verified. */
  readonly verified: VerifiedSource | null;
}

export interface VerifiedSource {
  /** False where the patch did not apply. */
  readonly applied: boolean;
  readonly runs: TreeRuns;
  /** Milliseconds of test commands, reruns included. */
  readonly durationMs: number;
  /** Regression tests that say something else than their run does: flaky ones. */
  readonly outcomes: Readonly<Record<string, TestOutcome>>;
  /** By file name. */
  readonly logs: ReadonlyMap<string, SourceText>;
}

export interface BaseSource {
  readonly runs: readonly TreeRuns[];
  readonly logs: ReadonlyMap<string, SourceText>;
}

/** A text that is read when it is needed. */
export interface SourceText {
  /** Of the UTF-8 text, before compression. */
  readonly bytes: number;
  /** gzip of the UTF-8 text; the same bytes on every machine. Throws BestkError `input` if it is gone. */
  readonly packed: () => Promise<Buffer>;
}
