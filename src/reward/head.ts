// The contract of a head: how a prepared rollout becomes a model's inputs, and its outputs a reward.
import type { Signal } from "../core/signal.js";
import type { ModelIo, TensorData } from "./protocol.js";

/** What a head may read of a rollout. */
export interface HeadInput {
  readonly features: readonly number[];
  readonly tokenIds: readonly number[];
}

/** What of the model's folder a head depends on. */
export interface HeadSettings {
  readonly input: string;
  readonly output: string;
  /** reward = σ(scale · logit(output) + offset). */
  readonly calibration: { readonly scale: number; readonly offset: number };
}

export interface Head {
  /** Whether the model reads the rendered text (token ids) or only the features. */
  readonly reads: "features" | "text";
  /** Names that the model must have, checked when it is loaded. */
  needs(settings: HeadSettings): ModelIo;
  inputs(input: HeadInput, settings: HeadSettings): Readonly<Record<string, TensorData>>;
  /** Reward in [0, 1], or the reason why there is none. Pure. */
  reward(outputs: Readonly<Record<string, TensorData>>, settings: HeadSettings): Signal;
}
