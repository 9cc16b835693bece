import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Labels, Task } from "../../src/core/types.js";
import { openMachine } from "../../src/run/attempts.js";
import type { RunEvent } from "../../src/run/events.js";
import { executeRun, type RunResult } from "../../src/run/execute.js";
import { aggregatorNamed } from "../../src/select/registry.js";
import { engineGone, type FakeEnvironments, fakeEnvironments } from "../support/fakeEnvironments.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-execute-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const TASK: Task = {
  instanceId: "x__y-1",
  repo: null,
  baseCommit: null,
  issue: "it is wrong",
  version: null,
  environment: { image: "i", baseImage: null, repository: null, setup: [], workdir: "/testbed", env: {} },
  regression: { runner: "pytest", command: "regression {report}", files: [], timeoutSeconds: 5 },
  generated: [{ id: "g", path: "test_g.py", content: "", runner: "pytest", command: null, timeoutSeconds: 5 }],
};

function diff(word: string): string {
  return `diff --git a/src/a.py b/src/a.py\n--- a/src/a.py\n+++ b/src/a.py\n@@ -1 +1 @@\n-old\n+${word}\n`;
}

const PATCHES: Readonly<Record<string, string | null>> = {
  r1: diff("WRONG"),
  r2: diff("RIGHT"),
  r3: diff("RIGHT"),
  r4: diff("RIGHT BREAK"),
  r5: diff("REFUSED"),
  r6: "",
  r7: "I could not find the bug.",
  r8: null,
};

interface Changes {
  readonly patches?: Readonly<Record<string, string | null>>;
  readonly tasks?: readonly Task[];
  readonly environments?: FakeEnvironments;
  readonly task?: Task;
  readonly instanceIds?: readonly string[];
  readonly labels?: Labels;
  readonly onEvent?: (event: RunEvent, drain: AbortController) => void;
}

function run(changes: Changes = {}): Promise<RunResult> {
  const drain = new AbortController();
  const rollouts = (changes.instanceIds ?? [TASK.instanceId]).flatMap((instanceId) =>
    Object.entries(changes.patches ?? PATCHES).map(([rolloutId, patch]) => ({
      instanceId,
      rolloutId,
      patch,
      input: null,
    })),
  );
  const labels = changes.labels ?? new Map([[TASK.instanceId, new Map([["r2", true]])]]);
  return executeRun({
    tasks: changes.tasks ?? [TASK],
    loaded: { rollouts, labels, problems: [], files: [] },
    filter: {},
    runPath: folder,
    environments: changes.environments ?? fakeEnvironments(),
    model: null,
    aggregator: aggregatorNamed("execution-based"),
    rawPatch: false,
    jobs: 2,
    card: {},
    nonce: () => "nonce",
    machine: openMachine({ retries: 2, minDelayMs: 1, maxDelayMs: 5 }),
    emit: (event) => changes.onEvent?.(event, drain),
    drain: drain.signal,
    stop: new AbortController().signal,
  });
}

async function evidence(): Promise<Record<string, { signals: Record<string, { value?: number; reason?: string }> }>> {
  const lines = (await readFile(join(folder, "evidence.jsonl"), "utf8")).trim().split("\n");
  return Object.fromEntries(lines.map((line) => JSON.parse(line)).map((line) => [line.rolloutId, line]));
}

describe("executeRun", () => {
  it("gives each rollout its candidate's verdict and selects the right patch", async () => {
    const environments = fakeEnvironments();
    const { ranking, predictions } = await run({ environments });
    expect(ranking?.instances[0]?.selected).toBe("r2");
    expect(JSON.parse(predictions ?? "")).toMatchObject({
      instance_id: "x__y-1",
      model_patch: expect.stringContaining("RIGHT"),
    });
    const found = await evidence();
    const seen = Object.fromEntries(
      Object.entries(found).map(([id, { signals }]) => [
        id,
        [signals.regression, signals.reproduction].map((s) => s?.value ?? s?.reason),
      ]),
    );
    expect(seen).toEqual({
      r1: [0, 0],
      r2: [0, 1],
      r3: [0, 1],
      r4: [-1, 1],
      r5: ["patch-failed", "patch-failed"],
      r6: ["empty-patch", "empty-patch"],
      r7: ["patch-failed", "patch-failed"],
      r8: ["no-patch", "no-patch"],
    });
    // Base twice, three candidates, and the one with a regression once more.
    expect(environments.verified).toHaveLength(2 + 3 + 1);
    const card = JSON.parse(await readFile(join(folder, "run.json"), "utf8"));
    expect(card).toMatchObject({ schema: "bestk.run/1", environments: { "x__y-1": "environment of x__y-1" } });
  });

  it("does nothing twice when it is run again", async () => {
    await run();
    const before = await readFile(join(folder, "evidence.jsonl"), "utf8");
    const environments = fakeEnvironments();
    await run({ environments });
    expect(environments.verified).toEqual([]);
    expect(await readFile(join(folder, "evidence.jsonl"), "utf8")).toBe(before);
  });

  it("gives a changed patch a new verdict, and keeps nothing of rollouts that are gone", async () => {
    await run();
    const environments = fakeEnvironments();
    await run({ environments, patches: { r1: diff("RIGHT now"), r2: diff("RIGHT") } });
    expect(environments.verified.map((patch) => patch.includes("now"))).toEqual([true]);
    const found = await evidence();
    expect(Object.keys(found).sort()).toEqual(["r1", "r2"]);
    expect(found.r1?.signals.reproduction?.value).toBe(1);
  });

  it("goes on after a drain with the work that is missing, and a torn line", async () => {
    const first = fakeEnvironments();
    const onEvent = (event: RunEvent, drain: AbortController): void => {
      if (event.type === "candidate" && event.done === 2) drain.abort();
    };
    expect((await run({ environments: first, onEvent })).complete).toBe(false);
    await appendFile(join(folder, "evidence.jsonl"), '{"schema":"bestk.evid');
    const second = fakeEnvironments();
    const { ranking } = await run({ environments: second });
    expect(ranking?.instances[0]?.selected).toBe("r2");
    expect(first.verified.length + second.verified.length).toBe(6);
    expect(Object.keys(await evidence())).toHaveLength(8);
  });

  it("tries a failing machine again, and never counts its failure as a result", async () => {
    const events: RunEvent[] = [];
    const environments = fakeEnvironments({
      onOpen: (opened) => {
        if (opened === 2 || opened === 4) throw engineGone();
      },
    });
    const { ranking } = await run({ environments, onEvent: (event) => events.push(event) });
    expect(ranking?.instances[0]?.selected).toBe("r2");
    expect(events.filter(({ type }) => type === "retry")).toHaveLength(2);
  });

  it("says infra where a machine keeps failing, and does that work in the next run", async () => {
    const environments = fakeEnvironments({
      onOpen: (opened) => {
        if (opened > 2) throw engineGone();
      },
    });
    const result = await run({ environments });
    expect(result.unavailable).toBeGreaterThan(0.5);
    expect((await evidence()).r2?.signals.reproduction?.reason).toBe("infra");
    const { ranking } = await run();
    expect(ranking?.instances[0]?.selected).toBe("r2");
    expect((await evidence()).r2?.signals.reproduction?.value).toBe(1);
  });

  it("fails with the cause where no instance can be prepared", async () => {
    const environments = fakeEnvironments({
      onOpen: () => {
        throw engineGone();
      },
    });
    await expect(run({ environments })).rejects.toMatchObject({ code: "prerequisite", message: "the engine is gone" });
  });

  it("stops all work at a failure that nothing can mend, and gives up the directory only when all of it has ended", async () => {
    const events: string[] = [];
    let isOver = false;
    const tasks = ["x__y-1", "x__y-2"].map((instanceId) => ({ ...TASK, instanceId }));
    const environments = fakeEnvironments({
      onOpen: (opened) => {
        if (isOver) events.push("opened after the end");
        if (opened === 4) throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      },
    });
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`r${i}`, diff(`RIGHT ${i}`)]));
    const running = run({ tasks, environments, patches: many, instanceIds: ["x__y-1", "x__y-2"] });
    await expect(running).rejects.toThrow("ENOSPC");
    isOver = true;
    await expect(readFile(join(folder, "lock"))).rejects.toThrow("ENOENT");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(events).toEqual([]);
    expect(environments.verified.length).toBeLessThan(10);
  });

  it("warns of tests that can't tell anything", async () => {
    const events: RunEvent[] = [];
    const broken = {
      ...TASK,
      regression: { runner: "pytest", command: "generated {report}", files: [], timeoutSeconds: 5 },
    };
    const useless = {
      id: "g",
      path: "test_g.py",
      content: "",
      runner: "pytest",
      command: "regression {report}",
      timeoutSeconds: 5,
    };
    const emitTo = (event: RunEvent): number => events.push(event);
    await run({ tasks: [{ ...broken, generated: [useless] }], onEvent: emitTo });
    const warnings = events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
    expect(warnings).toEqual([
      expect.stringContaining("no regression test passes on base"),
      expect.stringContaining("none of 1 generated tests fails on base"),
    ]);
  });

  it("opens no sandbox for an instance without tests", async () => {
    const environments = fakeEnvironments({
      onOpen: () => {
        throw engineGone();
      },
    });
    await run({ environments, tasks: [{ ...TASK, regression: null, generated: [] }] });
    const found = await evidence();
    expect(found.r1?.signals.reproduction?.reason).toBe("no-tests");
    expect(found.r6?.signals.reproduction?.reason).toBe("empty-patch");
  });

  it("writes a line again where only its label or its dropped files changed, and runs nothing for it", async () => {
    await run({ patches: { r1: diff("RIGHT"), r2: diff("RIGHT") } });
    const environments = fakeEnvironments();
    const test = diff("x").replaceAll("src/a.py", "tests/test_a.py");
    const labels = new Map([[TASK.instanceId, new Map([["r1", false]])]]);
    await run({ environments, labels, patches: { r1: diff("RIGHT"), r2: diff("RIGHT") + test } });
    expect(environments.verified).toEqual([]);
    const found = (await evidence()) as Record<string, { resolved?: boolean; features?: { files: object } }>;
    expect([found.r1?.resolved, found.r2?.resolved]).toEqual([false, undefined]);
    expect([found.r1?.features?.files, found.r2?.features?.files]).toMatchObject([{ test: 0 }, { test: 1 }]);
  });

  it("says what evidence a command for a part of the instances takes away, and the whole brings it back unrun", async () => {
    const tasks = ["x__y-1", "x__y-2"].map((instanceId) => ({ ...TASK, instanceId }));
    const whole = { tasks, instanceIds: ["x__y-1", "x__y-2"] };
    await run(whole);
    const lines = await readFile(join(folder, "evidence.jsonl"), "utf8");
    const warnings: string[] = [];
    const onEvent = (event: RunEvent): void => {
      if (event.type === "warning") warnings.push(event.message);
    };
    await run({ tasks: tasks.slice(0, 1), onEvent });
    expect(warnings).toEqual([expect.stringMatching(/^the evidence no longer holds x__y-2, .*brings it back$/)]);
    const environments = fakeEnvironments();
    await run({ ...whole, environments, onEvent });
    expect([warnings.length, environments.verified]).toEqual([1, []]);
    const again = await readFile(join(folder, "evidence.jsonl"), "utf8");
    expect(again.split("\n").sort()).toEqual(lines.split("\n").sort());
  });

  it("tells of a candidate what is missing, and not that an instance has tests of one kind alone", async () => {
    const told: unknown[] = [];
    const onEvent = (event: RunEvent): void => {
      if (event.type === "candidate") told.push(event.unavailable);
    };
    const patches = { r1: diff("RIGHT"), r2: "", r3: diff("REFUSED") };
    await run({ task: { ...TASK, generated: [] }, patches, onEvent });
    expect(told.sort()).toEqual(["empty-patch", "patch-failed", null].sort());
  });

  it("keeps labels out of rankings and in the evidence file", async () => {
    await run();
    const found = (await evidence()) as Record<string, { resolved?: boolean }>;
    expect(found.r2?.resolved).toBe(true);
    expect(found.r1).not.toHaveProperty("resolved");
    expect(await readFile(join(folder, "ranking.hybrid.jsonl"), "utf8")).not.toContain("resolved");
  });
});
