// Scheduling: which work is next, how much at a time, and sandboxes that are opened ahead and belong to one candidate each.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inImageOrder, workQueue } from "../../src/run/schedule.js";
import { openAhead } from "../../src/run/scheduleOpener.js";
import { openPace } from "../../src/run/schedulePace.js";
import { type ExecResult, type Sandbox, SandboxError } from "../../src/sandbox/sandbox.js";

const never = new AbortController().signal;
const ENOUGH = { freeMemory: () => 2 ** 40 };

describe("the work queue", () => {
  it("runs as many at a time as allowed, the smallest place first, and goes on behind a failure", async () => {
    const begun: string[] = [];
    let running = 0;
    let most = 0;
    const queue = workQueue(() => 2);
    const job = (name: string) => async () => {
      begun.push(name);
      running += 1;
      most = Math.max(most, running);
      await pause(2);
      running -= 1;
      if (name === "b1") throw new Error("b1 fails");
      return name;
    };
    const all = [
      queue(job("b1"), 1),
      queue(job("b2"), 1),
      queue(job("c1"), 2),
      queue(job("a1"), 0),
      queue(job("a2"), 0),
    ];
    const ends = await Promise.allSettled(all);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled", "fulfilled"]);
    expect(begun).toEqual(["b1", "b2", "a1", "a2", "c1"]);
    expect(most).toBe(2);
  });

  it("takes a smaller number as soon as it is one", async () => {
    let allowed = 4;
    let running = 0;
    const seen: number[] = [];
    const queue = workQueue(() => allowed);
    const jobs = Array.from({ length: 12 }, (_, i) =>
      queue(async () => {
        running += 1;
        if (i >= 4) seen.push(running);
        await pause(1);
        if (i === 0) allowed = 1;
        running -= 1;
      }),
    );
    await Promise.all(jobs);
    expect(Math.max(...seen.slice(4))).toBe(1);
  });
});

describe("the order of instances", () => {
  it("keeps instances of one image together, loses none and moves no more than it has to", () => {
    const anyInstances = fc.array(fc.constantFrom("a", "b", "c", null), { maxLength: 12 });
    fc.assert(
      fc.property(anyInstances, (names) => {
        const instances = names.map((image, i) => ({ task: taskOf(`i${i}`, image) }));
        const ordered = inImageOrder(instances);
        expect(new Set(ordered)).toEqual(new Set(instances));
        const images = ordered.map(({ task }) => task.environment.image ?? task.instanceId);
        const runs = images.filter((image, i) => image !== images[i - 1]);
        expect(new Set(runs).size).toBe(runs.length);
        if (new Set(images).size === images.length) expect(ordered).toEqual(instances);
      }),
    );
  });
});

describe("the pace", () => {
  it("halves at a failure, counts failures that come together once, and comes back as sandboxes open", () => {
    let now = 0;
    const pace = openPace({ jobs: 8, now: () => now, ...ENOUGH });
    pace.failed();
    pace.failed();
    expect(pace.jobs()).toBe(4);
    expect(pace.takeSpare()).toBe(false);
    now += 10_000;
    pace.failed();
    expect(pace.jobs()).toBe(2);
    for (let i = 0; i < 40; i++) pace.opened(300);
    expect(pace.jobs()).toBe(8);
    expect(pace.takeSpare()).toBe(true);
  });

  it("asks less of an engine whose openings are slow, never less than one job at a time", () => {
    const pace = openPace({ jobs: 3, ...ENOUGH });
    for (let i = 0; i < 20; i++) pace.opened(300);
    for (let i = 0; i < 9; i++) pace.opened(20_000);
    expect(pace.jobs()).toBe(1);
  });

  it("opens nothing ahead where memory is short, and no more than its spares", () => {
    expect(openPace({ jobs: 8, freeMemory: () => 2 ** 20 }).takeSpare()).toBe(false);
    const pace = openPace({ jobs: 3, ...ENOUGH });
    expect([pace.takeSpare(), pace.takeSpare(), pace.takeSpare()]).toEqual([true, true, false]);
    pace.giveSpare();
    expect(pace.takeSpare()).toBe(true);
  });
});

describe("sandboxes opened ahead", () => {
  it("are given out once each, removed once each, and none is left", async () => {
    const world = fakeWorld();
    const pace = openPace({ jobs: 2, ...ENOUGH });
    const given: number[] = [];
    {
      await using opener = openAhead(world.open, { pace, stop: never });
      opener.expect(6);
      for (let i = 0; i < 6; i++) {
        await using sandbox = await opener.open(never);
        given.push(Number(sandbox.workdir));
        await pause(3);
      }
    }
    expect(new Set(given).size).toBe(6);
    expect(world.removed.toSorted(byNumber)).toEqual(world.opened.toSorted(byNumber));
    expect(world.opened).toHaveLength(6);
  });

  it("wait while the first is used, and those that nobody takes are removed", async () => {
    const world = fakeWorld();
    const pace = openPace({ jobs: 4, ...ENOUGH });
    const opener = openAhead(world.open, { pace, stop: never });
    opener.expect(9);
    const sandbox = await opener.open(never);
    await pause(5);
    expect(world.opened).toHaveLength(3);
    await sandbox[Symbol.asyncDispose]();
    await opener[Symbol.asyncDispose]();
    expect(world.removed.toSorted(byNumber)).toEqual(world.opened.toSorted(byNumber));
    expect([pace.takeSpare(), pace.takeSpare()]).toEqual([true, true]);
  });

  it("are opened anew where they died while they waited", async () => {
    const world = fakeWorld();
    const opener = openAhead(world.open, { pace: openPace({ jobs: 2, ...ENOUGH }), stop: never });
    opener.expect(3);
    await using first = await opener.open(never);
    await pause(5);
    world.die(2);
    await using second = await opener.open(never);
    expect([first.workdir, second.workdir]).toEqual(["1", "3"]);
    await opener[Symbol.asyncDispose]();
    expect(world.removed).toContain(2);
  });

  it("tell the one who asks next that they could not be opened", async () => {
    const world = fakeWorld();
    const opener = openAhead(world.open, { pace: openPace({ jobs: 2, ...ENOUGH }), stop: never });
    opener.expect(3);
    world.fail(2);
    await using _first = await opener.open(never);
    await expect(opener.open(never)).rejects.toMatchObject({ failure: "engine-gone" });
    await using third = await opener.open(never);
    expect(third.workdir).toBe("3");
    await opener[Symbol.asyncDispose]();
  });

  it("are not opened once the run stops", async () => {
    const world = fakeWorld();
    const stopped = new AbortController();
    const opener = openAhead(world.open, { pace: openPace({ jobs: 2, ...ENOUGH }), stop: stopped.signal });
    opener.expect(3);
    stopped.abort();
    await using _one = await opener.open(never);
    await pause(3);
    expect(world.opened).toEqual([1]);
    await opener[Symbol.asyncDispose]();
  });
});

/** Sandboxes by number, in the order of opening. */
function fakeWorld() {
  const opened: number[] = [];
  const removed: number[] = [];
  const dead = new Set<number>();
  const failing = new Set<number>();
  let count = 0;
  return {
    opened,
    removed,
    die: (number: number) => dead.add(number),
    fail: (number: number) => failing.add(number),
    open: async (): Promise<Sandbox> => {
      count += 1;
      const number = count;
      await pause(1);
      if (failing.has(number)) throw new SandboxError("engine-gone", "the engine is gone");
      opened.push(number);
      return {
        workdir: String(number),
        exec: async () => {
          if (dead.has(number)) throw new SandboxError("other", "the container was ended from outside");
          return RESULT;
        },
        writeFiles: async () => {},
        readFile: async () => null,
        killAll: async () => {},
        [Symbol.asyncDispose]: async () => {
          await pause(1);
          removed.push(number);
        },
      };
    },
  };
}

const RESULT: ExecResult = {
  exitCode: 0,
  stdout: new Uint8Array(),
  stderr: new Uint8Array(),
  truncated: false,
  timedOut: false,
  oom: false,
  durationMs: 1,
};

function taskOf(instanceId: string, image: string | null) {
  const environment = { image, baseImage: null, repository: null, setup: [], workdir: "/testbed", env: {} };
  return { instanceId, environment };
}

function byNumber(a: number, b: number): number {
  return a - b;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
