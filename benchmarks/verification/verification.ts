// Seconds and container-seconds a candidate, bestk against the plain way, in one run: says where the time goes.
// Usage: npx tsx benchmarks/verification/verification.ts [ROLLOUTS INSTANCES [--only ID,ID]]; needs an engine.
// The plain way: a new container for each candidate and each test command, one after another, docker's own client, removed
// by a kill; no check of anything. Hostile candidates of the suite are left out of both: a plain container has no limits.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Task } from "../../src/core/types.js";
import { loadTasks } from "../../src/rollouts/instances.js";
import { dockerEnvironments } from "../../src/run/environments.js";
import { executeRun, type LoadedRollouts, loadForRun } from "../../src/run/execute.js";
import { makePlan, type Plan } from "../../src/run/plan.js";
import { dockerBackend } from "../../src/sandbox/docker.js";
import { DEFAULT_LIMITS } from "../../src/sandbox/sandbox.js";
import { aggregatorNamed } from "../../src/select/registry.js";
import { commandFor, runnerNamed } from "../../src/verify/runners.js";
import { type Clock, newClock, timed } from "./clock.js";

const SUITE = fileURLToPath(new URL("../../tests/fixtures/suite-python/", import.meta.url));
const HOSTILE = /forged|memory|fork|timeout|conftest/;
const signal = new AbortController().signal;
const run = promisify(execFile);

const { rollouts, instances, only } = argumentsOf(process.argv.slice(2));
const tasks = (await loadTasks([instances])).filter(({ instanceId }) => only === null || only.includes(instanceId));
const loaded = await harmless(await loadForRun({ paths: [rollouts], tasks, model: null, skipBad: false, signal }));
const plan = makePlan(tasks, loaded.rollouts);
const candidates = plan.instances.flatMap((each) => each.candidates).filter(({ patch }) => patch !== "").length;
console.log(`${plan.instances.length} instances, ${candidates} candidates with a patch\n`);

const backend = dockerBackend({ now: () => performance.now() });
const images = new Map<string, string>();
for (const { task } of plan.instances) {
  const { instanceId, environment, baseCommit } = task;
  const { id } = await backend.ensureImage({ instanceId, environment, baseCommit, pull: false }, signal, () => {});
  images.set(instanceId, id);
}

const plain = await measure("plain way, one after another", (clock) => plainWay(plan, images, clock));
const one = await measure("bestk, 1 sandbox at a time", (clock) => bestkWay(tasks, loaded, 1, clock));
const two = await measure("bestk, 2 sandboxes at a time", (clock) => bestkWay(tasks, loaded, 2, clock));
console.log(
  `\nwall time, plain / bestk: ${ratio(plain.wall, one.wall)} with 1 at a time, ${ratio(plain.wall, two.wall)} with 2`,
);
console.log(`container time, plain / bestk: ${ratio(plain.clock.total("container"), one.clock.total("container"))}`);
console.log("bestk's figures include base, twice an instance, canaries, reruns of new failures and every check.");

interface Measured {
  readonly wall: number;
  readonly clock: Clock;
}

async function measure(name: string, work: (clock: Clock) => Promise<void>): Promise<Measured> {
  const clock = newClock();
  const start = performance.now();
  await work(clock);
  const wall = performance.now() - start;
  const seconds = (ms: number): string => (ms / 1000 / candidates).toFixed(2);
  const parts = clock.parts().map(([part, ms]) => `${part} ${seconds(ms)}`);
  console.log(`${name}: ${seconds(wall)} s a candidate; of that, summed over sandboxes: ${parts.join(", ")}`);
  return { wall, clock };
}

async function bestkWay(tasks: readonly Task[], loaded: LoadedRollouts, jobs: number, clock: Clock): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "bestk-benchmark-"));
  try {
    await executeRun({
      tasks,
      loaded,
      filter: {},
      runPath: folder,
      environments: timed(dockerEnvironments(backend, DEFAULT_LIMITS, false), clock),
      model: null,
      aggregator: aggregatorNamed("execution-based"),
      rawPatch: false,
      jobs,
      card: {},
      nonce: () => randomUUID(),
      emit: () => {},
      drain: signal,
      stop: signal,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function plainWay(plan: Plan, images: ReadonlyMap<string, string>, clock: Clock): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "bestk-plain-"));
  try {
    for (const { task, candidates } of plan.instances) {
      for (const { patch } of candidates) {
        if (patch === "") continue;
        await writeFile(join(folder, "candidate.patch"), patch);
        const suite = task.regression;
        if (suite !== null) {
          const command = commandFor(runnerNamed(suite.runner), suite.command, suite.files, "/tmp/report.xml");
          await plainTest(task, images, folder, null, command, suite.timeoutSeconds, clock);
        }
        for (const test of task.generated) {
          const command = commandFor(runnerNamed(test.runner), test.command, [test.path], "/tmp/report.xml");
          await plainTest(task, images, folder, test, command, test.timeoutSeconds, clock);
        }
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function plainTest(
  task: Task,
  images: ReadonlyMap<string, string>,
  folder: string,
  test: { readonly path: string; readonly content: string } | null,
  command: string,
  seconds: number,
  clock: Clock,
): Promise<void> {
  const { workdir } = task.environment;
  const image = images.get(task.instanceId) as string;
  const opened = performance.now();
  const { stdout } = await clock.time("open", () =>
    run("docker", ["run", "-d", "--network", "none", image, "sleep", "3600"]),
  );
  const id = stdout.trim();
  try {
    await clock.time("control", () => docker("cp", join(folder, "candidate.patch"), `${id}:/tmp/candidate.patch`));
    const apply = "git apply /tmp/candidate.patch || patch -p1 --batch --forward --fuzz=5 -i /tmp/candidate.patch";
    const safe = `git config --global --add safe.directory '*'; ${apply}`;
    await clock.time("control", () => docker("exec", "-w", workdir, id, "sh", "-c", safe));
    if (test !== null) {
      await writeFile(join(folder, "test"), test.content);
      const place = `mkdir -p '${dirname(test.path)}' && cat /tmp/test > '${test.path}'`;
      await clock.time("files", () => docker("cp", join(folder, "test"), `${id}:/tmp/test`));
      await clock.time("files", () => docker("exec", "-w", workdir, id, "sh", "-c", place));
    }
    await clock.time("tests", () =>
      docker("exec", "-w", workdir, id, "timeout", "-k", "1", String(seconds), "sh", "-c", command),
    );
  } finally {
    await clock.time("dispose", () => docker("rm", "-f", id));
    clock.add("container", performance.now() - opened);
  }
}

/** A failing test or patch is a result here too. */
async function docker(...args: readonly string[]): Promise<void> {
  await run("docker", [...args], { maxBuffer: 1 << 28 }).catch(() => {});
}

/** Leaves out what `expected.json` beside the rollouts calls hostile; rollouts from elsewhere are taken as they are. */
async function harmless(loaded: LoadedRollouts): Promise<LoadedRollouts> {
  const text = await readFile(join(dirname(rollouts), "expected.json"), "utf8").catch(() => "{}");
  const expected = JSON.parse(text) as Record<string, { rollouts: Record<string, { kind: string }> }>;
  const isHostile = (instanceId: string, rolloutId: string): boolean =>
    HOSTILE.test(expected[instanceId]?.rollouts[rolloutId]?.kind ?? "");
  return {
    ...loaded,
    rollouts: loaded.rollouts.filter(({ instanceId, rolloutId }) => !isHostile(instanceId, rolloutId)),
  };
}

function argumentsOf(argv: readonly string[]): { rollouts: string; instances: string; only: readonly string[] | null } {
  const at = argv.indexOf("--only");
  const [rollouts = join(SUITE, "rollouts"), instances = join(SUITE, "instances.jsonl")] =
    at === -1 ? argv : argv.slice(0, at);
  return { rollouts, instances, only: at === -1 ? null : (argv[at + 1] ?? "").split(",") };
}

function ratio(plain: number, ours: number): string {
  return `${(plain / ours).toFixed(2)}×`;
}
