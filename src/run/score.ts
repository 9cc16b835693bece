// Rewards of all rollouts of a plan, each saved as soon as it is known and reused where model and input are the same.
import { z } from "zod";
import { contentHash } from "../core/hash.js";
import { signalSchema } from "../core/schemas.js";
import type { Signal } from "../core/signal.js";
import type { PreparedInput, RewardModel } from "../reward/model.js";
import { type Emit, stopwatch } from "./events.js";
import type { KeyedReward } from "./evidence.js";

/** One line of `bestk score --json` and of a run's `rewards.jsonl`. */
export interface ScoreLine {
  readonly schema: "bestk.score/1";
  readonly instanceId: string;
  readonly rolloutId: string;
  readonly reward: Signal;
  readonly tokens: number;
  readonly cutTokens: number;
}

export interface ScorableRollout {
  readonly instanceId: string;
  readonly rolloutId: string;
  readonly input: PreparedInput | null;
}

export interface ScoreOptions {
  readonly model: RewardModel;
  /** Saved lines of earlier runs (with `key`). */
  readonly saved: readonly unknown[];
  readonly emit: Emit;
  readonly drain: AbortSignal;
  readonly stop: AbortSignal;
  /** Called for each new score, in order. */
  readonly save: (line: ScoreLine & { readonly key: string }) => Promise<void>;
}

export type Rewards = ReadonlyMap<string, ReadonlyMap<string, KeyedReward>>;

const savedSchema = z.object({ key: z.string(), reward: signalSchema });

/** Scores by instance id and rollout id. Equal inputs are scored once. What a model without tokens reads keeps its order. Stops early, without error, when drained. */
export async function scoreRollouts(rollouts: readonly ScorableRollout[], options: ScoreOptions): Promise<Rewards> {
  const known = savedRewards(options.saved);
  const rewards = new Map<string, Map<string, KeyedReward>>();
  let cached = 0;
  let unavailable = 0;
  const queue = neighbours(rollouts);
  for (const [index, { instanceId, rolloutId, input }] of queue.entries()) {
    if (options.drain.aborted) break;
    const key = contentHash({ model: options.model.key, input: input.contentKey });
    let signal = known.get(key);
    const seconds = stopwatch();
    if (signal === undefined) {
      options.emit({ type: "reward-started", instanceId, rolloutId });
      signal = input.unavailable ?? (await options.model.score(input, options.stop, queue[index + 1]?.input));
      const { tokens, cutTokens } = input;
      await options.save({ schema: "bestk.score/1", instanceId, rolloutId, reward: signal, tokens, cutTokens, key });
      if (!isTransient(signal)) known.set(key, signal);
    } else if (input.unavailable === null) {
      cached += 1;
    }
    if (input.unavailable !== null) unavailable += 1;
    const ofInstance = rewards.get(instanceId) ?? new Map<string, KeyedReward>();
    rewards.set(instanceId, ofInstance.set(rolloutId, { key: isTransient(signal) ? null : key, signal }));
    const place = { done: index + 1, total: queue.length, cached, unavailable };
    options.emit({ type: "reward", instanceId, rolloutId, seconds: seconds(), ...place });
  }
  options.stop.throwIfAborted();
  return rewards;
}

type Scorable = ScorableRollout & { readonly input: PreparedInput };

/**
 * Rollouts with an input; those of an instance one after the other, and those that begin with the same tokens beside each
 * other, so that what they share is read once. Their order changes no score.
 */
function neighbours(rollouts: readonly ScorableRollout[]): readonly Scorable[] {
  const scorable = rollouts.filter((rollout): rollout is Scorable => rollout.input !== null);
  const groups = new Map<string, Scorable[]>();
  for (const each of scorable) groups.set(each.instanceId, [...(groups.get(each.instanceId) ?? []), each]);
  return [...groups.values()].flatMap((group) => group.toSorted((a, b) => order(a.input.tokenIds, b.input.tokenIds)));
}

function order(a: Int32Array, b: Int32Array): number {
  const at = a.findIndex((id, index) => id !== b[index]);
  return at < 0 ? a.length - b.length : (a[at] as number) - (b[at] ?? -1);
}

/** A broken scorer says nothing about the rollout: it is asked again in the next run. */
function isTransient(signal: Signal): boolean {
  return signal.status === "unavailable" && signal.reason === "model-error";
}

/** Lines of another form (a later bestk's, or damaged ones) are passed over: their inputs are scored again. */
export function savedRewards(lines: readonly unknown[]): Map<string, Signal> {
  const known = new Map<string, Signal>();
  for (const line of lines) {
    const saved = savedSchema.safeParse(line);
    if (saved.success && !isTransient(saved.data.reward)) known.set(saved.data.key, saved.data.reward);
  }
  return known;
}
