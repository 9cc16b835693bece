import { describe, expect, it } from "vitest";
import { ok, type Signal, unavailable } from "../../src/core/signal.js";
import type { PreparedInput, RewardModel } from "../../src/reward/model.js";
import type { RunEvent } from "../../src/run/events.js";
import { type ScoreLine, scoreRollouts } from "../../src/run/score.js";

type Saved = ScoreLine & { readonly key: string };

/** A model that scores an input by its text, and notes what it was asked. */
function modelOf(scores: Readonly<Record<string, Signal>>, key = "model"): RewardModel & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    name: "fake",
    key,
    asked,
    prepare: () => {
      throw new Error("inputs are prepared before");
    },
    render: () => {
      throw new Error("nothing is shown");
    },
    open: async () => {},
    score: async ({ contentKey }, signal) => {
      signal.throwIfAborted();
      asked.push(contentKey);
      return scores[contentKey] ?? ok(0.5);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function rollout(rolloutId: string, text: string | null, refused: Signal | null = null) {
  const input: PreparedInput | null =
    text === null
      ? null
      : {
          contentKey: text,
          tokens: 7,
          cutTokens: 1,
          features: [],
          tokenIds: new Int32Array(),
          shared: 0,
          unavailable: refused,
        };
  return { instanceId: "x__y-1", rolloutId, input };
}

interface Run {
  readonly model?: RewardModel;
  readonly saved?: readonly unknown[];
  readonly drain?: AbortSignal;
  readonly stop?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
}

async function score(rollouts: readonly ReturnType<typeof rollout>[], run: Run = {}) {
  const saved: Saved[] = [];
  const never = new AbortController().signal;
  const rewards = await scoreRollouts(rollouts, {
    model: run.model ?? modelOf({}),
    saved: run.saved ?? [],
    save: async (line) => void saved.push(line),
    emit: run.onEvent ?? (() => {}),
    drain: run.drain ?? never,
    stop: run.stop ?? never,
  });
  const signals = Object.fromEntries([...(rewards.get("x__y-1") ?? [])].map(([id, { signal }]) => [id, signal]));
  return { rewards, signals, saved };
}

describe("scoreRollouts", () => {
  it("scores equal inputs once, saves each new score, and leaves out what has no input", async () => {
    const model = modelOf({ a: ok(0.25) });
    const { signals, saved } = await score([rollout("r1", "a"), rollout("r2", "a"), rollout("r3", null)], { model });
    expect(signals).toEqual({ r1: ok(0.25), r2: ok(0.25) });
    expect(model.asked).toEqual(["a"]);
    expect(saved).toMatchObject([{ schema: "bestk.score/1", rolloutId: "r1", tokens: 7, cutTokens: 1 }]);
  });

  it("asks for nothing that an earlier run saved, and for all of it where the model is another one", async () => {
    const { saved } = await score([rollout("r1", "a")]);
    const same = modelOf({ a: ok(0.9) });
    expect((await score([rollout("r9", "a")], { model: same, saved })).signals).toEqual({ r9: ok(0.5) });
    expect(same.asked).toEqual([]);
    const other = modelOf({ a: ok(0.9) }, "another");
    expect((await score([rollout("r1", "a")], { model: other, saved })).signals).toEqual({ r1: ok(0.9) });
  });

  it.each([
    ["a value that is none", { status: "ok", value: null }],
    ["a value that is no number", { status: "ok", value: "0.5" }],
    ["an unknown reason", { status: "unavailable", reason: "bored", message: "" }],
    ["no reward", undefined],
  ])("does not take %s from a saved line", async (_, reward) => {
    const [line] = (await score([rollout("r1", "a")])).saved;
    const model = modelOf({ a: ok(0.75) });
    const { signals } = await score([rollout("r1", "a")], { model, saved: [{ ...line, reward }, null, 1] });
    expect(signals).toEqual({ r1: ok(0.75) });
  });

  it("asks a broken scorer again in the next run, and gives its failure no key", async () => {
    const broken = unavailable("model-error", "it died");
    const first = await score([rollout("r1", "a")], { model: modelOf({ a: broken }) });
    expect(first.rewards.get("x__y-1")?.get("r1")).toEqual({ key: null, signal: broken });
    const { signals } = await score([rollout("r1", "a")], { saved: first.saved });
    expect(signals).toEqual({ r1: ok(0.5) });
  });

  it("does not ask the model for what can't be scored", async () => {
    const model = modelOf({});
    const refused = unavailable("no-trajectory", "no steps");
    const told: unknown[] = [];
    const onEvent = (event: RunEvent): void => {
      if (event.type === "reward") told.push([event.done, event.cached, event.unavailable]);
    };
    const rollouts = [rollout("r1", "a", refused), rollout("r2", "a", refused), rollout("r3", "b"), rollout("r4", "b")];
    expect((await score(rollouts, { model, onEvent })).signals).toMatchObject({ r1: refused, r2: refused });
    expect(model.asked).toEqual(["b"]);
    expect(told).toEqual([
      [1, 0, 1],
      [2, 0, 2],
      [3, 0, 2],
      [4, 1, 2],
    ]);
  });

  it("ends early without error when it is drained, and with one when it is stopped", async () => {
    const drain = new AbortController();
    const onEvent = (event: RunEvent): void => {
      if (event.type === "reward" && event.done === 2) drain.abort();
    };
    const rollouts = ["a", "b", "c"].map((text) => rollout(text, text));
    expect(Object.keys((await score(rollouts, { drain: drain.signal, onEvent })).signals)).toEqual(["a", "b"]);
    await expect(score(rollouts, { stop: AbortSignal.abort(new Error("stopped")) })).rejects.toThrow("stopped");
  });
});
