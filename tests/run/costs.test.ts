import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Cost, costSchema } from "../../src/core/cost.js";
import { meter } from "../../src/run/costs.js";
import { type FakeEnvironments, fakeEnvironments } from "../support/fakeEnvironments.js";
import { fakePatch, fakeTask, runFake } from "../support/fakeRun.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-costs-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const PATCHES = {
  r1: fakePatch("WRONG one"),
  r2: fakePatch("RIGHT two"),
  r3: fakePatch("RIGHT two"),
  r4: fakePatch("RIGHT BREAK four"),
};

async function costOf(lazy: boolean, environments: FakeEnvironments = fakeEnvironments()): Promise<Cost> {
  await runFake({ runPath: folder, tasks: [fakeTask("x__y-1")], patches: PATCHES, environments, lazy, jobs: 1 });
  return costSchema.parse(JSON.parse(await readFile(join(folder, "cost.json"), "utf8")));
}

it("counts what an eager run took, the same when it is run again", async () => {
  const environments = fakeEnvironments();
  const cost = await costOf(false, environments);
  // Base twice, three candidates, and the broken one again.
  expect(cost).toMatchObject({ lazy: false, containers: 6, commands: 11, modelSeconds: null, cached: 0 });
  expect(environments.verified).toHaveLength(cost.containers);
  expect(cost.savedByEqualPatches).toMatchObject({ candidates: 1, containers: 1, commands: 2 });
  expect(cost.savedByLaziness).toEqual({ candidates: 0, containers: 0, commands: 0, containerSeconds: 0 });
  expect(cost.stages.map(({ stage, commands }) => [stage, commands])).toEqual([
    ["base", 4],
    ["regression", 3],
    ["reproduction", 3],
    ["rerun", 1],
  ]);
  const again = await costOf(false);
  expect(again).toEqual({ ...cost, cached: 3 });
});

it("says what laziness spared, as candidates that ran tell it", async () => {
  const environments = fakeEnvironments();
  const cost = await costOf(true, environments);
  expect(cost.lazy).toBe(true);
  expect(cost.containers).toBe(environments.verified.length);
  expect(cost.containers).toBeLessThan(6);
  expect(cost.savedByLaziness.candidates).toBeGreaterThan(0);
  const saved = cost.stages.map(({ savedCommands }) => savedCommands);
  expect(saved[1]).toBe(cost.savedByLaziness.candidates);
});

it("measures a sandbox from when it is given until it is left, once", async () => {
  let now = 0;
  const never = new AbortController().signal;
  const sandbox = await fakeEnvironments().prepare(fakeTask("x__y-1"), never, () => {});
  const metered = meter(
    (signal) => sandbox.open(signal),
    () => now,
  );
  const opened = await metered.open(never);
  now = 1500;
  await opened.exec({ command: "regression", timeoutMs: 1, user: "tested" }, never);
  await opened.exec({ command: ":", timeoutMs: 1, user: "controller" }, never);
  now = 2000;
  await opened[Symbol.asyncDispose]();
  now = 9000;
  await opened[Symbol.asyncDispose]();
  expect(metered.used()).toEqual({ containers: 1, commands: 1, containerSeconds: 2 });
});
