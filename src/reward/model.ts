// The contract of a reward model: what it reads of a rollout, and the score or reason it gives.
import { BestkError, messageOf } from "../core/errors.js";
import { contentHash } from "../core/hash.js";
import { type Signal, unavailable } from "../core/signal.js";
import type { Trajectory } from "../core/types.js";
import { computeFeatures } from "./features.js";
import type { Head } from "./head.js";
import { HEADS } from "./heads.js";
import { type ModelFolder, readModelFolder, shippedModelFolder } from "./modelFolder.js";
import { frameTokens, render } from "./render.js";
import { newScorer, ScorerFailure } from "./scorer.js";
import { createTokenizer, type Tokenizer } from "./tokenizer.js";

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
  /** Tokens that truncation removed; an estimate where the rollout is far above the window (`render.ts`). */
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

/** Tokens that must be left for the rollout itself. */
const LEAST_ROOM = 128;

/**
 * Loads a model folder, by default the one that ships with bestk; its process starts with the first score.
 * Throws BestkError: `prerequisite` where a file is missing or differs, `configuration` where the folder contradicts itself.
 */
export async function loadRewardModel(dir: string = shippedModelFolder()): Promise<RewardModel> {
  const folder = await readModelFolder(dir);
  const { file } = folder;
  const tokenizer = createTokenizer(folder.tokenizerJson, folder.tokenizerConfig, dir);
  const frame = frameTokens(file.template, tokenizer);
  if (file.window < frame + LEAST_ROOM) {
    throw new BestkError(
      "configuration",
      `${dir}: a window of ${file.window} tokens doesn't fit the template (${frame})`,
      {
        hint: `set window to ${frame + LEAST_ROOM} or more in reward.json`,
      },
    );
  }
  const head: Head = HEADS[file.head];
  const scorer = newScorer(folder.modelPath, head.needs(file));
  return {
    name: file.name,
    key: folder.key,
    prepare: (input) => prepare(input, folder, head, tokenizer),
    score: async (input, signal) => {
      if (input.unavailable !== null) return input.unavailable;
      try {
        return head.reward(await scorer.run(head.inputs(input, file), signal), file);
      } catch (thrown) {
        if (thrown instanceof ScorerFailure) return unavailable("model-error", messageOf(thrown));
        throw thrown;
      }
    },
    [Symbol.asyncDispose]: () => scorer[Symbol.asyncDispose](),
  };
}

function prepare(input: RewardInput, folder: ModelFolder, head: Head, tokenizer: Tokenizer): PreparedInput {
  const { text, tokenIds, cutTokens } = render(input, folder.file, tokenizer);
  const features = computeFeatures(folder.file.features, input);
  return {
    contentKey: contentHash({ text, features }),
    tokens: tokenIds.length,
    cutTokens,
    text,
    features,
    tokenIds: head.reads === "text" ? tokenIds : [],
    unavailable: reasonAgainst(input, folder.file.patchOnly),
  };
}

/** An empty patch can't be right, whatever the steps look like: no model is needed to say so. */
function reasonAgainst(input: RewardInput, patchOnly: boolean): Signal | null {
  if (input.patch !== null && input.patch.trim() === "") return unavailable("empty-patch", "the patch is empty");
  if (input.trajectory !== null && input.trajectory.steps.length > 0) return null;
  if (patchOnly && input.patch !== null) return null;
  return unavailable("no-trajectory", "the rollout has no steps to read");
}
