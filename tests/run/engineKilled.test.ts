// The connection to a real engine is killed in the middle of a run, more than once: nothing is lost, nothing done twice.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadTasks } from "../../src/rollouts/instances.js";
import { openMachine } from "../../src/run/attempts.js";
import { dockerEnvironments } from "../../src/run/environments.js";
import type { RunEvent } from "../../src/run/events.js";
import { executeRun, loadForRun, type RunResult } from "../../src/run/execute.js";
import { connect, dockerBackend } from "../../src/sandbox/docker.js";
import { DEFAULT_LIMITS } from "../../src/sandbox/sandbox.js";
import { aggregatorNamed } from "../../src/select/registry.js";
import { describeWithEngine } from "../support/engine.js";
import { engineProxy } from "../support/engineProxy.js";
import { evidenceOf, signalsOf } from "../support/fakeRun.js";

const SUITE = fileURLToPath(new URL("../fixtures/suite-python/", import.meta.url));
const INSTANCE = "spans__merge-7";
const RUN_MS = 400_000;
const DOWN_MS = 1_500;
const now = (): number => performance.now();
const never = new AbortController().signal;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-killed-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(name: string, socketPath: string | null, emit: (event: RunEvent) => void): Promise<RunResult> {
  const tasks = await loadTasks([join(SUITE, "instances.jsonl")]);
  const paths = [join(SUITE, "rollouts")];
  const backend = dockerBackend({ now, ...(socketPath === null ? {} : { socketPath }) });
  return executeRun({
    tasks,
    loaded: await loadForRun({ paths, tasks, model: null, skipBad: false, signal: never }),
    filter: { only: [INSTANCE] },
    runPath: join(folder, name),
    environments: dockerEnvironments(backend, DEFAULT_LIMITS, false),
    model: null,
    aggregator: aggregatorNamed("execution-based"),
    rawPatch: false,
    jobs: 2,
    card: {},
    nonce: () => crypto.randomUUID(),
    machine: openMachine({ retries: 8, minDelayMs: 200, maxDelayMs: 2_000 }),
    emit,
    drain: never,
    stop: never,
  });
}

describeWithEngine("a run whose engine is killed", () => {
  it("ends as one that was left in peace, and tells of each attempt", { timeout: RUN_MS }, async () => {
    const calm = await run("calm", null, () => {});
    const engine = connect();
    const before = new Set((await engine.list("bestk.instance", never)).map(({ id }) => id));
    await using proxy = await engineProxy(join(folder, "engine.sock"));
    const events: RunEvent[] = [];
    let kills = 0;
    let killing = Promise.resolve();
    const killAfter = (delayMs: number): void => {
      kills += 1;
      killing = killing
        .then(() => pause(delayMs))
        .then(() => proxy.kill())
        .then(() => pause(DOWN_MS))
        .then(() => proxy.start());
    };
    const disturbed = await run("wild", proxy.path, (event) => {
      events.push(event);
      const done = events.filter(({ type }) => type === "candidate").length;
      const isMoment = event.type === "base" || (event.type === "candidate" && (done === 2 || done === 5));
      if (isMoment && kills < 3) killAfter(150 * (done + 4));
    });
    await killing;
    expect(kills).toBe(3);
    expect(disturbed.ranking).toEqual(calm.ranking);
    expect(disturbed.predictions).toBe(calm.predictions);
    const lines = await evidenceOf(join(folder, "wild"));
    const calmLines = await evidenceOf(join(folder, "calm"));
    expect(lines).toHaveLength(calmLines.length);
    expect(signalsOf(lines)).toEqual(signalsOf(calmLines));
    const done = events.flatMap((event) => (event.type === "candidate" ? [event.candidateId] : []));
    expect(new Set(done).size).toBe(done.length);
    const retries = events.flatMap((event) => (event.type === "retry" ? [event.failure] : []));
    expect(retries.length).toBeGreaterThan(0);
    expect(new Set(retries)).toEqual(new Set(["engine-gone"]));
    // What could not be removed while the engine was away has ended, and goes with the next sweep.
    const left = (await engine.list("bestk.instance", never)).filter(
      ({ id, labels }) => !before.has(id) && labels["bestk.instance"] === INSTANCE,
    );
    for (const { id } of left) {
      expect((await engine.inspect(id, false, never))?.running).not.toBe(true);
      await engine.remove(id, never);
    }
  });
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
