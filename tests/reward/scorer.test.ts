// The scorer process: restarted once, stopped on abort and dispose, and never left behind.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { BestkError } from "../../src/core/errors.js";
import { newScorer, type Outputs, type Scorer, ScorerFailure } from "../../src/reward/scorer.js";
import { childrenOf } from "./processes.js";

const MOODY = { path: fileURLToPath(new URL("../fixtures/reward/moodyScorer.mjs", import.meta.url)), execArgv: [] };
const IO = { inputs: ["x"], outputs: ["y"] };
const never = new AbortController().signal;

function input(value: number): Outputs {
  return { x: { type: "float32", data: Float32Array.of(value), dims: [1] } };
}

async function run(scorer: Scorer, value: number, signal = never): Promise<number> {
  return Number((await scorer.run(input(value), signal)).y?.data[0]);
}

function moodyChildren(): number[] {
  return childrenOf(process.pid, "moodyScorer.mjs");
}

describe("scorer", () => {
  test("starts with the first input, answers many at once in order, and is gone after dispose", async () => {
    const scorer = newScorer("ok", IO, MOODY);
    expect(moodyChildren()).toEqual([]);
    expect(await Promise.all([1, 2, 3].map((value) => run(scorer, value)))).toEqual([2, 4, 6]);
    expect(moodyChildren()).toHaveLength(1);
    await scorer[Symbol.asyncDispose]();
    expect(moodyChildren()).toEqual([]);
    await scorer[Symbol.asyncDispose]();
    await expect(run(scorer, 1)).rejects.toThrow(/disposed/);
  });

  test("a process that dies in a run is restarted and the input tried again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bestk-"));
    try {
      await using scorer = newScorer(`die-first:${join(folder, "died")}`, IO, MOODY);
      expect(await run(scorer, 4)).toBe(8);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("a process that is killed between two inputs is restarted", async () => {
    await using scorer = newScorer("ok", IO, MOODY);
    expect(await run(scorer, 1)).toBe(2);
    for (const id of moodyChildren()) process.kill(id, "SIGKILL");
    expect(await run(scorer, 2)).toBe(4);
  });

  test("an input on which the process dies twice fails by itself, and the next one is tried", async () => {
    await using scorer = newScorer("die", IO, MOODY);
    await expect(run(scorer, 1)).rejects.toThrow(ScorerFailure);
    await expect(run(scorer, 1)).rejects.toThrow(/SIGKILL.*twice/);
  });

  test("an input that the engine refuses fails by itself", async () => {
    await using scorer = newScorer("ok", IO, MOODY);
    await expect(run(scorer, -1)).rejects.toThrow(ScorerFailure);
    expect(await run(scorer, 1)).toBe(2);
  });

  test("abort ends a run that hangs, at once and with the signal's reason", async () => {
    await using scorer = newScorer("hang", IO, MOODY);
    const controller = new AbortController();
    const hanging = run(scorer, 1, controller.signal);
    await expect.poll(moodyChildren).toHaveLength(1);
    controller.abort(new Error("enough"));
    await expect(hanging).rejects.toThrow("enough");
    await expect.poll(moodyChildren).toEqual([]);
  });

  test("dispose ends a run that hangs", async () => {
    const scorer = newScorer("hang", IO, MOODY);
    const hanging = expect(run(scorer, 1)).rejects.toMatchObject({ code: "interrupted" });
    await expect.poll(moodyChildren).toHaveLength(1);
    await scorer[Symbol.asyncDispose]();
    await hanging;
    expect(moodyChildren()).toEqual([]);
  });

  test("an engine that can't load the model, and a name that the model lacks, are errors of the set-up", async () => {
    await using refused = newScorer("refuse", IO, MOODY);
    await expect(run(refused, 1)).rejects.toMatchObject({ code: "prerequisite", message: /no such engine/ });
    await using lacking = newScorer("ok", { inputs: ["input_ids"], outputs: ["y"] }, MOODY);
    const thrown = await run(lacking, 1).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(BestkError);
    expect(thrown).toMatchObject({ code: "configuration", message: /no input named input_ids/ });
    expect(moodyChildren()).toEqual([]);
  });
});
