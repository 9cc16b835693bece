// Makespan of a large verification on 1 to 64 machines, simulated: real durations, bestk's own scheduling code, virtual time.
// Usage: npx tsx benchmarks/throughput/simulate.ts [--data DIR] [--instances 500] [--rollouts 26] [--machines 1,4,16,64]
//        [--cores 16] [--disk GIB] [--own GIB] [--shared GIB] [--bandwidth MIB] | --validate FILE (of ahead.ts --trace)
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { max, mean, sum } from "d3-array";
import { shardsOf } from "../../src/run/scheduleShards.js";
import { type MachineSpec, simulatedMachine } from "./machine.js";
import { instanceByInstance, type Policy, rolloutByRollout, type SimulatedInstance, scheduled } from "./policies.js";
import { distinctShares, harnessSeconds, makeTrace } from "./traces.js";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: process.env.BESTK_DATA ?? "../shared/data" },
    instances: { type: "string", default: "500" },
    rollouts: { type: "string", default: "26" },
    machines: { type: "string", default: "1,4,16,64" },
    cores: { type: "string", default: "16" },
    disk: { type: "string", default: "120" },
    own: { type: "string", default: "0.5" },
    shared: { type: "string", default: "2.5" },
    bandwidth: { type: "string", default: "100" },
    validate: { type: "string" },
  },
});

/** A run that was measured, with what its parts took. */
interface Measured {
  readonly jobs: number;
  readonly ahead: boolean;
  readonly cores: number;
  readonly seconds: number;
  readonly open: number;
  readonly remove: number;
  readonly around: number;
  readonly instances: readonly {
    readonly base: readonly number[];
    readonly candidates: readonly (readonly number[])[];
  }[];
}

const POLICIES: Readonly<Record<string, Policy>> = {
  "rollout by rollout": rolloutByRollout,
  "instance by instance": instanceByInstance,
  "bestk (ordered, opened ahead)": scheduled,
};

if (values.validate === undefined) await study();
else await validate(values.validate);

async function study(): Promise<void> {
  const spec: MachineSpec = {
    cores: Number(values.cores),
    diskGiB: Number(values.disk),
    pullMiBPerSecond: Number(values.bandwidth),
    openWork: 0.15,
    openWait: 0.17,
    removeWork: 0.04,
    removeWait: 0.06,
    opensAtOnce: 8,
  };
  const seconds = await harnessSeconds(values.data);
  const shares = await distinctShares(join(values.data, "candidates/verified-16.jsonl.gz"));
  const trace = makeTrace(seconds, shares, {
    instances: Number(values.instances),
    rollouts: Number(values.rollouts),
    seed: 0,
    rerunShare: 0.3,
    generated: { count: 7, seconds: 0.4 },
    around: 0.33,
    sharedGiB: Number(values.shared),
    ownGiB: Number(values.own),
  });
  const candidates = sum(trace, (instance) => instance.candidates.length);
  const work = sum(trace, workOf);
  console.log(
    `${trace.length} instances (durations of ${seconds.size} real ones), ${candidates} distinct candidates of ${trace.length * Number(values.rollouts)} rollouts, ${(work / 3600).toFixed(1)} core-hours of tests`,
  );
  console.log(
    `machines of ${spec.cores} cores, ${spec.diskGiB} GiB for images of ${values.shared} + ${values.own} GiB, ${spec.pullMiBPerSecond} MiB/s\n`,
  );
  console.log(
    "machines  way                             hours   busy  pulls  pulled GiB  disk peak GiB  against the first",
  );
  for (const count of values.machines.split(",").map(Number)) {
    let first = 0;
    for (const [name, policy] of Object.entries(POLICIES)) {
      const parts = name === "rollout by rollout" ? dealt(trace, count) : sharded(trace, count);
      const runs = await Promise.all(parts.map((part) => simulate(spec, policy, part, spec.cores)));
      const makespan = max(runs, (run) => run.seconds) ?? 0;
      if (first === 0) first = makespan;
      const busy = sum(runs, (run) => run.used) / (makespan * spec.cores * count);
      const cells = [
        String(count).padStart(8),
        name.padEnd(30),
        (makespan / 3600).toFixed(2).padStart(6),
        `${(100 * busy).toFixed(0)} %`.padStart(5),
        String(sum(runs, (run) => run.pulls)).padStart(5),
        sum(runs, (run) => run.pulledGiB)
          .toFixed(0)
          .padStart(10),
        (max(runs, (run) => run.diskPeakGiB) ?? 0).toFixed(0).padStart(13),
        `${(first / makespan).toFixed(2)}×`.padStart(17),
      ];
      console.log(cells.join("  "));
    }
  }
}

async function simulate(spec: MachineSpec, policy: Policy, instances: readonly SimulatedInstance[], jobs: number) {
  const machine = simulatedMachine(spec);
  await machine.time.run(policy(machine, instances, jobs));
  const { pulls, pulledGiB, diskPeakGiB } = machine;
  return { seconds: machine.time.now(), used: machine.time.used(), pulls, pulledGiB, diskPeakGiB };
}

/** Rollouts dealt out in turn, whatever their instance: each machine needs most images. */
function dealt(trace: readonly SimulatedInstance[], count: number): readonly (readonly SimulatedInstance[])[] {
  return Array.from({ length: count }, (_, machine) =>
    trace.flatMap((instance, index) => {
      const candidates = instance.candidates.filter((_each, place) => (place + index) % count === machine);
      const hasBase = index % count === machine;
      return candidates.length === 0 && !hasBase
        ? []
        : [{ ...instance, candidates, base: hasBase ? instance.base : [] }];
    }),
  );
}

function sharded(trace: readonly SimulatedInstance[], count: number): readonly (readonly SimulatedInstance[])[] {
  const shards = shardsOf(
    trace.map((instance) => ({
      instanceId: instance.instanceId,
      image: instance.image.name,
      // What is known before anything ran: how many candidates there are.
      work: instance.candidates.length,
    })),
    count,
  );
  return Array.from({ length: count }, (_, machine) =>
    trace.filter(({ instanceId }) => shards.get(instanceId) === machine + 1),
  );
}

function workOf({ base, candidates }: SimulatedInstance): number {
  return sum(base) + sum(candidates.flat());
}

/** Measured seconds of whole runs against what the simulator says of them. */
async function validate(file: string): Promise<void> {
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
  const ratios: number[] = [];
  for (const line of lines) {
    const run = JSON.parse(line) as Measured;
    const spec: MachineSpec = {
      cores: run.cores,
      diskGiB: 1000,
      pullMiBPerSecond: 1e9,
      openWork: run.open / 2,
      openWait: run.open / 2,
      removeWork: run.remove / 2,
      removeWait: run.remove / 2,
      opensAtOnce: 8,
    };
    const instances = run.instances.map(({ base, candidates }, index): SimulatedInstance => {
      const image = { name: `i${index}`, shared: "s", sharedGiB: 0, ownGiB: 0 };
      return { instanceId: `i${index}`, image, base, candidates, around: run.around };
    });
    const { seconds } = await simulate(spec, run.ahead ? scheduled : instanceByInstance, instances, run.jobs);
    // Images are there: what the simulated registry takes is no part of it.
    const simulated = seconds - 2;
    ratios.push(simulated / run.seconds);
    const how = `${run.jobs} at a time, ${run.ahead ? "ahead" : "plain"}`;
    console.log(
      `${how}: measured ${run.seconds.toFixed(1)} s, simulated ${simulated.toFixed(1)} s (${ratios.at(-1)?.toFixed(2)})`,
    );
  }
  console.log(`simulated / measured: mean ${(mean(ratios) ?? 0).toFixed(2)} of ${ratios.length} runs`);
}
