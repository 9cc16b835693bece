// Runs on machines that fail: what comes out is what an undisturbed run gives, and what happened is said.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failureKind, openMachine } from "../../src/run/attempts.js";
import type { RunEvent } from "../../src/run/events.js";
import { SandboxError } from "../../src/sandbox/sandbox.js";
import { engineGone, fakeEnvironments } from "../support/fakeEnvironments.js";
import { evidenceOf, fakePatch, fakeTask, runFake, signalsOf } from "../support/fakeRun.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-disturbed-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const TASKS = ["x__y-1", "x__y-2", "x__y-3"].map(fakeTask);
const MANY = Array.from({ length: 8 }, (_, i) => fakeTask(`x__y-${i + 1}`));
const PATCHES = {
  r1: fakePatch("WRONG"),
  r2: fakePatch("RIGHT"),
  r3: fakePatch("RIGHT"),
  r4: fakePatch("RIGHT BREAK"),
  r5: fakePatch("REFUSED"),
  r6: fakePatch("WRONG BREAK"),
  r7: fakePatch("WRONG too"),
  r8: "",
};

/** An engine that is killed before a random one of its next calls, and is back a few milliseconds later. */
function killedEngine(kills: number, seed: number): { readonly onOpen: () => () => void; left(): number } {
  let state = seed;
  const draw = (limit: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % limit;
  };
  let left = kills;
  let life = 0;
  let isDown = false;
  let callsToLive = draw(50);
  const call = (born: number): void => {
    if (isDown || born !== life) throw engineGone();
    callsToLive -= 1;
    if (callsToLive > 0 || left === 0) return;
    left -= 1;
    life += 1;
    isDown = true;
    callsToLive = 10 + draw(50);
    setTimeout(() => {
      isDown = false;
    }, draw(12));
    throw engineGone();
  };
  return {
    onOpen: () => {
      call(life);
      const born = life;
      return () => call(born);
    },
    left: () => left,
  };
}

describe("an engine that is killed", () => {
  it.each([1, 2, 3, 4, 5])("20 times at random moments loses and duplicates nothing (seed %i)", async (seed) => {
    const calm = join(folder, "calm");
    const undisturbed = await runFake({
      runPath: calm,
      tasks: MANY,
      patches: PATCHES,
      environments: fakeEnvironments(),
    });
    const engine = killedEngine(20, seed);
    const events: RunEvent[] = [];
    const wild = join(folder, "wild");
    const disturbed = await runFake({
      runPath: wild,
      tasks: MANY,
      patches: PATCHES,
      environments: fakeEnvironments({ onOpen: engine.onOpen }),
      emit: (event) => events.push(event),
    });
    expect(engine.left()).toBe(0);
    expect(disturbed.ranking).toEqual(undisturbed.ranking);
    expect(disturbed.predictions).toBe(undisturbed.predictions);
    const lines = await evidenceOf(wild);
    expect(lines).toHaveLength(MANY.length * Object.keys(PATCHES).length);
    expect(signalsOf(lines)).toEqual(signalsOf(await evidenceOf(calm)));
    const done = events.flatMap((event) =>
      event.type === "candidate" ? [`${event.instanceId} ${event.candidateId}`] : [],
    );
    expect(new Set(done).size).toBe(done.length);
    expect(done).toHaveLength(MANY.length * 7);
    const retries = events.filter((event) => event.type === "retry");
    expect(retries.length).toBeGreaterThanOrEqual(20);
    expect(retries[0]).toMatchObject({ failure: "engine-gone", message: "the engine is gone", attempt: 1 });
  });

  it("for longer than it is waited for costs another try when all else is done", async () => {
    const runPath = join(folder, "run");
    const environments = fakeEnvironments({
      onOpen: (opened) => {
        if (opened >= 4 && opened <= 9) throw engineGone();
        return undefined;
      },
    });
    const machine = openMachine({ retries: 2, minDelayMs: 1, maxDelayMs: 1 });
    const result = await runFake({
      runPath,
      tasks: TASKS.slice(0, 1),
      patches: PATCHES,
      environments,
      machine,
      jobs: 1,
    });
    expect(result.unavailable).toBe(0);
    const lines = await evidenceOf(runPath);
    expect(lines).toHaveLength(8);
    expect(JSON.stringify(signalsOf(lines))).not.toContain("infra");
  });
});

describe("failures of the machine", () => {
  it("are told apart, and a missing image is not asked for again", async () => {
    const calm = await runFake({
      runPath: join(folder, "calm"),
      tasks: TASKS,
      patches: PATCHES,
      environments: fakeEnvironments(),
    });
    const events: RunEvent[] = [];
    const runPath = join(folder, "run");
    const environments = fakeEnvironments({
      onPrepare: (instanceId) => {
        if (instanceId === "x__y-2") throw new SandboxError("image-missing", "no such image");
      },
    });
    const emit = (event: RunEvent): void => void events.push(event);
    const { ranking, unavailable } = await runFake({ runPath, tasks: TASKS, patches: PATCHES, environments, emit });
    const [first, missing, third] = ranking?.instances ?? [];
    expect([first, third]).toEqual([calm.ranking?.instances[0], calm.ranking?.instances[2]]);
    expect(missing?.ranking.flat()).toHaveLength(8);
    expect(unavailable).toBeCloseTo(7 / 24);
    expect(events.filter(({ type }) => type === "retry")).toEqual([]);
    const lines = await evidenceOf(runPath);
    const line = lines.find(({ instanceId, rolloutId }) => instanceId === "x__y-2" && rolloutId === "r2");
    expect(line?.signals.regression).toMatchObject({ reason: "infra", message: "no such image" });
    expect(line?.details).toMatchObject({
      verdictKey: null,
      failure: "image-missing",
      attempts: [
        { attempt: 1, failure: "image-missing", message: "no such image", at: expect.stringMatching(/^\d{4}-/) },
      ],
    });
  });

  it.each([
    ["disk-full", 8],
    ["host-oom", 8],
    ["other", 3],
    ["pull-refused", 1],
  ] as const)("are tried again where that may help: %s, %i attempts", async (failure, attempts) => {
    const runPath = join(folder, "run");
    const environments = fakeEnvironments({
      onOpen: (opened) => {
        if (opened > 2) throw new SandboxError(failure, `it is ${failure}`);
        return undefined;
      },
    });
    await runFake({ runPath, tasks: TASKS.slice(0, 1), patches: { r1: fakePatch("RIGHT") }, environments });
    const [line] = await evidenceOf(runPath);
    expect(line?.signals.reproduction).toMatchObject({ status: "unavailable", reason: "infra" });
    expect(line?.details?.failure).toBe(failure);
    expect(line?.details?.attempts).toHaveLength(attempts);
  });

  it.each([
    ["the repository in /testbed can't be committed: fatal: No space left on device", "disk-full"],
    ["engine: fork/exec /usr/bin/runc: cannot allocate memory", "host-oom"],
    ["engine: something else", "other"],
  ])("are known by their words where nothing else tells: %s", (message, kind) => {
    expect(failureKind(new SandboxError("other", message))).toBe(kind);
  });

  it("keep the attempts with the verdict that came at last", async () => {
    const runPath = join(folder, "run");
    const environments = fakeEnvironments({
      onOpen: (opened) => {
        if (opened === 3) throw engineGone();
        return undefined;
      },
    });
    await runFake({ runPath, tasks: TASKS.slice(0, 1), patches: { r1: fakePatch("RIGHT") }, environments });
    const before = await evidenceOf(runPath);
    expect(before[0]?.signals.regression).toEqual({ status: "ok", value: 0 });
    expect(before[0]?.details?.attempts).toMatchObject([{ attempt: 1, failure: "engine-gone" }]);
    await runFake({ runPath, tasks: TASKS.slice(0, 1), patches: { r1: fakePatch("RIGHT") }, environments });
    expect(await evidenceOf(runPath)).toEqual(before);
  });

  it("make an image again that is gone in the middle of the run", async () => {
    const runPath = join(folder, "run");
    let prepared = 0;
    const environments = fakeEnvironments({
      onPrepare: () => {
        prepared += 1;
      },
      onOpen: () => {
        if (prepared === 1) throw new SandboxError("image-missing", "no such image");
        return undefined;
      },
    });
    await runFake({ runPath, tasks: TASKS.slice(0, 1), patches: { r1: fakePatch("RIGHT") }, environments });
    expect(signalsOf(await evidenceOf(runPath))).toEqual({ "x__y-1 r1": [0, 1] });
    expect(prepared).toBe(2);
  });

  it("take no verdict from work in which the clock jumped", async () => {
    const runPath = join(folder, "run");
    let tests = 0;
    let jumpMs = 0;
    const environments = fakeEnvironments({
      onTest: () => {
        tests += 1;
        if (tests === 5) jumpMs = 3_600_000;
      },
    });
    const clocks = { wall: () => Date.now() + jumpMs, steady: () => performance.now() };
    const machine = openMachine({ retries: 7, minDelayMs: 1, maxDelayMs: 1 }, clocks);
    await runFake({ runPath, tasks: TASKS.slice(0, 1), patches: { r1: fakePatch("RIGHT") }, environments, machine });
    const [line] = await evidenceOf(runPath);
    expect(line?.signals.regression).toEqual({ status: "ok", value: 0 });
    expect(line?.details?.attempts).toMatchObject([{ failure: "clock", message: expect.stringContaining("3600.0 s") }]);
  });
});

describe("a run that is late", () => {
  const three = [2, 3].map((i) => ({ id: `g${i}`, path: `test_g${i}.py`, command: `generated ${i} {report}` }));
  const task = fakeTask("x__y-1");
  const [first] = task.generated;
  const generated = [...task.generated, ...three.map((test) => ({ ...(first as NonNullable<typeof first>), ...test }))];

  it("is made again where the candidate's others are in time, and the second one counts", async () => {
    const late = new Set(["generated 2", "regression"]);
    const isLate = (patch: string, command: string): boolean =>
      patch !== "" && [...late].some((word) => command.includes(word) && late.delete(word));
    const runPath = join(folder, "run");
    const environments = fakeEnvironments({ isLate });
    await runFake({ runPath, tasks: [{ ...task, generated }], patches: { r1: fakePatch("RIGHT") }, environments });
    const [line] = await evidenceOf(runPath);
    expect(line?.signals).toMatchObject({ regression: { value: 0 }, reproduction: { value: 3 } });
    expect(line?.details?.late).toEqual(["g2", "regression"]);
    expect(environments.verified).toHaveLength(2 + 2);
  });

  it("stays late where it is late again, and is not asked again where most are", async () => {
    const runPath = join(folder, "run");
    const environments = fakeEnvironments({
      isLate: (patch, command) =>
        (patch.includes("WRONG") && command.includes("regression")) ||
        (patch.includes("BREAK") && !command.includes("generated 3")),
    });
    const patches = { r1: fakePatch("WRONG"), r2: fakePatch("BREAK") };
    await runFake({ runPath, tasks: [{ ...task, generated }], patches, environments, jobs: 1 });
    expect(signalsOf(await evidenceOf(runPath))).toEqual({ "x__y-1 r1": ["timeout", 0], "x__y-1 r2": ["timeout", 0] });
    expect(environments.verified.filter((patch) => patch.includes("WRONG"))).toHaveLength(2);
    expect(environments.verified.filter((patch) => patch.includes("BREAK"))).toHaveLength(1);
  });
});

describe("a test that changes by itself", () => {
  it("counts against no candidate, in whatever order they are done", async () => {
    const runs = new Map<string, number>();
    // Fails once for the right patch, and always for the wrong one: on its own that looks like a regression.
    const environments = fakeEnvironments({
      onTest: (patch) => runs.set(patch, (runs.get(patch) ?? 0) + 1),
      alsoFailing: (patch) => {
        if (patch.includes("RIGHT")) return (runs.get(patch) ?? 0) <= 1 ? ["r1"] : [];
        return patch.includes("WRONG") ? ["r1"] : [];
      },
    });
    const runPath = join(folder, "run");
    const patches = { r1: fakePatch("WRONG"), r2: fakePatch("RIGHT"), r3: fakePatch("WRONG BREAK") };
    await runFake({ runPath, tasks: TASKS.slice(0, 1), patches, environments, jobs: 1 });
    const lines = await evidenceOf(runPath);
    expect(signalsOf(lines)).toEqual({ "x__y-1 r1": [0, 0], "x__y-1 r2": [0, 1], "x__y-1 r3": [-1, 0] });
    const details = new Map(lines.map(({ rolloutId, details }) => [rolloutId, details]));
    expect(details.get("r2")?.regression).toMatchObject({ passedAgain: ["t::r1"], outcomes: { "t::r1": "flaky" } });
    expect(details.get("r3")?.regression).toMatchObject({
      newFailures: ["t::r2"],
      outcomes: { "t::r1": "flaky", "t::r2": "failed" },
    });
    expect(details.get("r3")?.reruns).toHaveLength(1);
  });
});
