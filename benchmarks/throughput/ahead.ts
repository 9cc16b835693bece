// Seconds a candidate with sandboxes opened ahead and without, by turns in one run: what waiting for the engine costs.
// Usage: npx tsx benchmarks/throughput/ahead.ts [ROLLOUTS INSTANCES] [--only ID,ID] [--jobs N] [--rounds N]
//        [--trace FILE: what each run took, for simulate.ts --validate]; needs an engine.
// Images are made first. Hostile candidates of the shipped suite are left out: their time is the limits'.
import { randomUUID } from "node:crypto";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadTasks } from "../../src/rollouts/instances.js";
import { dockerEnvironments } from "../../src/run/environments.js";
import { executeRun, loadForRun } from "../../src/run/execute.js";
import { makePlan } from "../../src/run/plan.js";
import { traceOf } from "../../src/run/scheduleTrace.js";
import { dockerBackend } from "../../src/sandbox/docker.js";
import { DEFAULT_LIMITS } from "../../src/sandbox/sandbox.js";
import { aggregatorNamed } from "../../src/select/registry.js";
import { type Clock, newClock, type Part, timed } from "../verification/clock.js";

const SUITE = fileURLToPath(new URL("../../tests/fixtures/suite-python/", import.meta.url));
const HOSTILE = /forged|memory|fork|timeout|conftest/;
const signal = new AbortController().signal;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string" },
    jobs: { type: "string" },
    rounds: { type: "string" },
    trace: { type: "string" },
  },
});
const [rollouts = join(SUITE, "rollouts"), instances = join(SUITE, "instances.jsonl")] = positionals;
const only = values.only?.split(",");
const tasks = (await loadTasks([instances])).filter(({ instanceId }) => only?.includes(instanceId) ?? true);
const read = await loadForRun({ paths: [rollouts], tasks, model: null, skipBad: false, signal });
const expected = JSON.parse(
  await readFile(join(dirname(rollouts), "expected.json"), "utf8").catch(() => "{}"),
) as Record<string, { rollouts: Record<string, { kind: string }> }>;
const loaded = {
  ...read,
  rollouts: read.rollouts.filter(
    ({ instanceId, rolloutId }) => !HOSTILE.test(expected[instanceId]?.rollouts[rolloutId]?.kind ?? ""),
  ),
};
const plan = makePlan(tasks, loaded.rollouts);
const candidates = plan.instances.flatMap((each) => each.candidates).filter(({ patch }) => patch !== "").length;
const backend = dockerBackend({ now: () => performance.now() });
for (const { task } of plan.instances) {
  const { instanceId, environment, baseCommit } = task;
  await backend.ensureImage({ instanceId, environment, baseCommit, pull: false }, signal, () => {});
}
console.log(`${plan.instances.length} instances, ${candidates} candidates with a patch`);

for (const jobs of values.jobs === undefined ? [1, 2] : [Number(values.jobs)]) {
  const ratios: number[] = [];
  for (let round = 0; round < Number(values.rounds ?? 2); round++) {
    const order = round % 2 === 0 ? [false, true] : [true, false];
    const took = new Map<boolean, number>();
    for (const ahead of order) took.set(ahead, await measure(jobs, ahead));
    ratios.push((took.get(false) as number) / (took.get(true) as number));
  }
  console.log(`${jobs} at a time: without / with = ${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}`);
}

/** Seconds of a whole run: base twice an instance, and every candidate. */
async function measure(jobs: number, ahead: boolean): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "bestk-throughput-"));
  const clock = newClock();
  const start = performance.now();
  let seconds = 0;
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
      ahead,
      card: {},
      nonce: () => randomUUID(),
      emit: () => {},
      drain: signal,
      stop: signal,
    });
    seconds = (performance.now() - start) / 1000;
    if (values.trace !== undefined)
      await appendFile(values.trace, await traceLine(folder, jobs, ahead, seconds, clock));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const parts = clock.parts().map(([part, ms]) => `${part} ${(ms / 1000 / candidates).toFixed(2)}`);
  const each = (seconds / candidates).toFixed(2);
  console.log(`  ${jobs} at a time, ${ahead ? "ahead" : "plain"}: ${each} s a candidate; ${parts.join(", ")}`);
  return seconds;
}

/** A run as `simulate.ts --validate` reads it: each sandbox's tests, and what is around them. */
async function traceLine(folder: string, jobs: number, ahead: boolean, seconds: number, clock: Clock): Promise<string> {
  const trace = await traceOf(
    folder,
    plan.instances.map(({ task }) => task.instanceId),
  );
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const instances = trace.map(({ base, candidates: trees }) => ({
    base: base.map(({ regression, generated }) => (regression ?? 0) + sum(generated)),
    candidates: trees.map(({ regression, generated, reruns }) => [(regression ?? 0) + sum(generated), ...reruns]),
  }));
  const sandboxes = sum(instances.map(({ base, candidates: runs }) => base.length + runs.flat().length));
  const each = (parts: readonly Part[]): number => sum(parts.map((part) => clock.total(part))) / 1000 / sandboxes;
  const inTests = sum(instances.flatMap(({ base, candidates: runs }) => [...base, ...runs.flat()])) / sandboxes;
  const around = each(["control", "files", "tests"]) - inTests;
  const measured = {
    jobs,
    ahead,
    cores: cpus().length,
    seconds,
    open: each(["open"]),
    remove: each(["dispose"]),
    around,
  };
  return `${JSON.stringify({ ...measured, instances })}\n`;
}
