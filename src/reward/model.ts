// The contract of a reward model: what it reads of a rollout, and the score or reason it gives.
import { BestkError, messageOf } from "../core/errors.js";
import { contentHash } from "../core/hash.js";
import { type Signal, unavailable } from "../core/signal.js";
import type { Trajectory } from "../core/types.js";
import { computeFeatures } from "./features.js";
import { HEADS } from "./heads.js";
import { type ModelFolder, readModelFolder, shippedModelFolder } from "./modelFolder.js";
import { frameTokens, type Rendered, render } from "./render.js";
import { newScorer } from "./scorer.js";
import { ScorerFailure } from "./scorerProcess.js";
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
  readonly features: readonly number[];
  /** Token ids for text heads; empty where the head takes only features. */
  readonly tokenIds: Int32Array;
  /** How many of the ids come before the rollout's own text. */
  readonly shared: number;
  /** Set where the rollout can't be scored at all. */
  readonly unavailable: Signal | null;
}

/** A loaded model folder with its scorer process. Scores don't depend on order or batch. */
export interface RewardModel extends AsyncDisposable {
  readonly name: string;
  /** sha256 of the model's files and its template, for content addresses and the run card. */
  readonly key: string;
  /** `reads` is told exactly what the model is given, as text: the rendered rollout, or a line a feature. */
  prepare(input: RewardInput, reads?: (text: string) => void): PreparedInput;
  /** Exactly what the model reads, for people (`bestk render`). */
  render(input: RewardInput): Rendered;
  /** Starts the process and checks the model; the first score does it by itself. Throws BestkError where nothing could be scored. */
  open(signal: AbortSignal): Promise<void>;
  /**
   * Never throws for a bad rollout: that is `unavailable`. A scorer that dies is restarted and the input tried once more.
   * `next`: the input that will follow; what both begin with is then read once.
   */
  score(input: PreparedInput, signal: AbortSignal, next?: PreparedInput | null): Promise<Signal>;
}

export interface ModelOptions {
  /** Threads of a text model; features take one. */
  readonly threads?: number;
  /** Bytes that the scorer process may hold; null: as many as it needs. */
  readonly memoryLimit?: number | null;
}

/** Tokens that must be left for the rollout itself. */
const LEAST_ROOM = 128;
/** Tokens of one run of a model with a cache: large enough to be fast, small enough that a row of logits for each is no burden. */
const BLOCK = 512;

/**
 * Loads a model folder, by default the one that ships with bestk; its process starts with `open` or the first score.
 * Throws BestkError: `prerequisite` where a file is missing or differs, `configuration` where the folder contradicts itself.
 */
export async function loadRewardModel(
  dir: string = shippedModelFolder(),
  options: ModelOptions = {},
): Promise<RewardModel> {
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
  const { reads } = HEADS[file.head];
  const head = HEADS[file.head].open(file, tokenizer, dir);
  const { input, output, window } = file;
  const isText = reads === "text";
  const scorer = newScorer({
    modelPath: folder.modelPath,
    threads: isText ? (options.threads ?? 1) : 1,
    memoryLimit: options.memoryLimit ?? null,
    text: isText ? { input, output, window, positions: folder.positions, block: BLOCK } : null,
    check: (loaded) => head.check(loaded, folder.modelPath),
  });
  return {
    name: file.name,
    key: folder.key,
    prepare: (given, reads) => prepare(given, folder, isText, tokenizer, reads),
    render: (given) => render(given, file, tokenizer),
    open: (signal) => scorer.open(signal),
    score: async (given, signal, next = null) => {
      if (given.unavailable !== null) return given.unavailable;
      try {
        return head.reward(await scorer.run(head.work(given, next), signal));
      } catch (thrown) {
        if (thrown instanceof ScorerFailure) return unavailable("model-error", messageOf(thrown));
        throw thrown;
      }
    },
    [Symbol.asyncDispose]: () => scorer[Symbol.asyncDispose](),
  };
}

function prepare(
  input: RewardInput,
  folder: ModelFolder,
  isText: boolean,
  tokenizer: Tokenizer,
  reads?: (text: string) => void,
): PreparedInput {
  const { text, tokenIds, shared, cutTokens } = render(input, folder.file, tokenizer);
  const features = computeFeatures(folder.file.features, input);
  reads?.(isText ? text : featureLines(folder.file.features, features));
  return {
    contentKey: contentHash({ text, features }),
    tokens: tokenIds.length,
    cutTokens,
    features,
    tokenIds: isText ? tokenIds : NONE,
    shared,
    unavailable: reasonAgainst(input, folder.file.patchOnly),
  };
}

const NONE = new Int32Array(0);

/** "name value", a line each. */
function featureLines(names: readonly string[], values: readonly number[]): string {
  return names.map((name, index) => `${name} ${values[index]}\n`).join("");
}

/** An empty patch can't be right, whatever the steps look like: no model is needed to say so. */
function reasonAgainst(input: RewardInput, patchOnly: boolean): Signal | null {
  if (input.patch !== null && input.patch.trim() === "") return unavailable("empty-patch", "the patch is empty");
  if (input.trajectory !== null && input.trajectory.steps.length > 0) return null;
  if (patchOnly && input.patch !== null) return null;
  return unavailable("no-trajectory", "the rollout has no steps to read");
}
