// Two ways to spend a machine on the same work: rollout by rollout with nothing prepared, and as bestk's dispatcher does it.
import { inImageOrder, workQueue } from "../../src/run/schedule.js";
import { openAhead } from "../../src/run/scheduleOpener.js";
import { openPace } from "../../src/run/schedulePace.js";
import type { Sandbox } from "../../src/sandbox/sandbox.js";
import { type Machine, type SimulatedImage, slots } from "./machine.js";

/** What an instance needs, in core-seconds. */
export interface SimulatedInstance {
  readonly instanceId: string;
  readonly image: SimulatedImage;
  /** Each base run, in a sandbox of its own. */
  readonly base: readonly number[];
  /** Distinct candidates; each has its runs, each run in a sandbox of its own (the first, and reruns of new failures). */
  readonly candidates: readonly (readonly number[])[];
  /** Work around the tests of a run: apply, files, canaries. */
  readonly around: number;
}

export type Policy = (machine: Machine, instances: readonly SimulatedInstance[], jobs: number) => Promise<unknown>;

/** Seconds that a job or an instance ends earlier or later by its place in line change nothing in what is done. */
async function test(machine: Machine, sandbox: Sandbox, seconds: number): Promise<void> {
  await machine.time.work(seconds);
  await sandbox[Symbol.asyncDispose]();
}

/** Every instance's base, then everybody's first candidate, then the second: an image comes back for each of them. */
export const rolloutByRollout: Policy = async (machine, instances, jobs) => {
  const slot = slots(jobs);
  const most = Math.max(0, ...instances.map(({ candidates }) => candidates.length));
  const rounds = Array.from({ length: most + 1 }, (_, round) =>
    instances.flatMap(({ image, base, candidates, around }) => {
      const runs = round === 0 ? base : candidates[round - 1];
      return runs === undefined ? [] : [{ image, runs, around }];
    }),
  );
  await Promise.all(
    rounds.flat().map(({ image, runs, around }) =>
      slot(async () => {
        await machine.use(image);
        for (const seconds of runs) await test(machine, await machine.open(), seconds + around);
        machine.letGo(image);
      }),
    ),
  );
};

/** Instance by instance, so many at a time, nothing opened ahead: bestk before it was scheduled. */
export const instanceByInstance: Policy = async (machine, instances, jobs) => {
  const slot = slots(jobs);
  const perInstance = slots(jobs);
  await Promise.all(
    instances.map(({ image, base, candidates, around }) =>
      perInstance(async () => {
        await slot(async () => {
          await machine.use(image);
          for (const seconds of base) await test(machine, await machine.open(), seconds + around);
        });
        await Promise.all(
          candidates.map((runs) =>
            slot(async () => {
              for (const seconds of runs) await test(machine, await machine.open(), seconds + around);
            }),
          ),
        );
        machine.letGo(image);
      }),
    ),
  );
};

/** The product's own queue, pace, opener and order, in the dispatcher's structure. */
export const scheduled: Policy = async (machine, instances, jobs) => {
  const now = (): number => machine.time.now() * 1000;
  const pace = openPace({ jobs, now, freeMemory: () => Number.POSITIVE_INFINITY });
  const queue = workQueue(pace.jobs);
  const perInstance = slots(jobs);
  const never = new AbortController().signal;
  const ordered = inImageOrder(instances.map((instance) => ({ instance, task: taskOf(instance) })));
  await Promise.all(
    ordered.map(({ instance: { image, base, candidates, around } }, place) =>
      perInstance(async () => {
        await using opener = openAhead(() => machine.open(), { pace, stop: never, now });
        await machine.use(image);
        await queue(async () => {
          opener.expect(base.length + candidates.length);
          for (const seconds of base) await test(machine, await opener.open(never), seconds + around);
        }, place);
        opener.expect(candidates.length);
        await Promise.all(
          candidates.map((runs) =>
            queue(async () => {
              for (const seconds of runs) await test(machine, await opener.open(never), seconds + around);
            }, place),
          ),
        );
        machine.letGo(image);
      }),
    ),
  );
};

function taskOf({ instanceId, image }: SimulatedInstance) {
  const environment = { image: image.name, baseImage: null, repository: null, setup: [], workdir: "/", env: {} };
  return { instanceId, environment };
}
