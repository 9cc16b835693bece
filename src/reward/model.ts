// The contract of a reward model: what it reads of a rollout, and the score or reason it gives.
import type { Signal } from "../core/signal.js";
import type { Trajectory } from "../core/types.js";

/** What the execution-free verifier may see of a rollout. */
export interface RewardInput {
  readonly issue: string;
  /** null where the rollout has none: the score is then unavailable (`no-trajectory`) unless the head needs only a patch. */
  readonly trajectory: Trajectory | null;
  /** The raw final patch; null if unknown. */
  readonly patch: string | null;
}

/** Bounded-size input of one rollout, ready for the scorer; the trajectory can be dropped once it exists. */
export interface PreparedInput {
  /** sha256 over everything that decides the score but the model itself: rendered text and features. */
  readonly contentKey: string;
  /** Tokens that the model is given. */
  readonly tokens: number;
  /** Tokens that truncation removed. */
  readonly cutTokens: number;
  /** Exactly what the model reads, for people (`bestk render`). */
  readonly text: string;
  readonly features: readonly number[];
  /** Token ids for text heads; empty where the head takes only features. */
  readonly tokenIds: readonly number[];
  /** Set where the rollout can't be scored at all. */
  readonly unavailable: Signal | null;
}

/** A loaded model folder with its scorer process. Scores don't depend on order or batch. */
export interface RewardModel extends AsyncDisposable {
  readonly name: string;
  /** sha256 of the model's files and its template, for content addresses and the run card. */
  readonly key: string;
  prepare(input: RewardInput): PreparedInput;
  /** Never throws for a bad rollout: that is `unavailable`. A scorer that dies is restarted and the input tried once more. */
  score(input: PreparedInput, signal: AbortSignal): Promise<Signal>;
}
