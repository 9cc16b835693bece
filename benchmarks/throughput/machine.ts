// One simulated machine: its cores, its images on a disk of some size, its registry's bandwidth, and how long containers take.
import type { Sandbox } from "../../src/sandbox/sandbox.js";
import { type VirtualTime, virtualTime } from "./virtualTime.js";

export interface MachineSpec {
  readonly cores: number;
  /** For images. */
  readonly diskGiB: number;
  /** Of what a pull unpacks. */
  readonly pullMiBPerSecond: number;
  readonly openWork: number;
  readonly openWait: number;
  readonly removeWork: number;
  readonly removeWait: number;
  /** Containers that the engine makes at a time. */
  readonly opensAtOnce: number;
}

/** Layers of an image: what instances of one repository and version share, and its own. */
export interface SimulatedImage {
  readonly name: string;
  readonly shared: string;
  readonly sharedGiB: number;
  readonly ownGiB: number;
}

export interface Machine {
  readonly time: VirtualTime;
  /** Pulls it if it isn't there; keeps it until it is let go. */
  use(image: SimulatedImage): Promise<void>;
  letGo(image: SimulatedImage): void;
  open(): Promise<Sandbox>;
  readonly pulls: number;
  readonly pulledGiB: number;
  readonly diskPeakGiB: number;
}

export function simulatedMachine(spec: MachineSpec): Machine {
  const time = virtualTime(spec.cores);
  const layers = new Map<string, number>();
  const here = new Map<string, { image: SimulatedImage; users: number; usedAt: number }>();
  const pulling = new Map<string, Promise<void>>();
  const opens = slots(spec.opensAtOnce);
  const line = slots(1);
  const machine = { pulls: 0, pulledGiB: 0, diskPeakGiB: 0 };
  const disk = (): number => [...layers.values()].reduce((sum, size) => sum + size, 0);
  const evict = (): void => {
    const idle = [...here.values()].filter(({ users }) => users === 0).sort((a, b) => a.usedAt - b.usedAt);
    for (const { image } of idle) {
      if (disk() <= spec.diskGiB) return;
      here.delete(image.name);
      layers.delete(image.name);
      if (![...here.values()].some((other) => other.image.shared === image.shared)) layers.delete(image.shared);
    }
  };
  const pull = async (image: SimulatedImage): Promise<void> => {
    machine.pulls += 1;
    await line(async () => {
      const missing = image.ownGiB + (layers.has(image.shared) ? 0 : image.sharedGiB);
      machine.pulledGiB += missing;
      await time.wait(2 + (missing * 1024) / spec.pullMiBPerSecond);
      layers.set(image.shared, image.sharedGiB);
      layers.set(image.name, image.ownGiB);
      here.set(image.name, { image, users: 0, usedAt: time.now() });
      machine.diskPeakGiB = Math.max(machine.diskPeakGiB, disk());
    });
    pulling.delete(image.name);
  };
  return {
    time,
    get pulls() {
      return machine.pulls;
    },
    get pulledGiB() {
      return machine.pulledGiB;
    },
    get diskPeakGiB() {
      return machine.diskPeakGiB;
    },
    use: async (image) => {
      for (let found = here.get(image.name); ; found = here.get(image.name)) {
        if (found !== undefined) {
          found.users += 1;
          evict();
          return;
        }
        if (!pulling.has(image.name)) pulling.set(image.name, pull(image));
        await pulling.get(image.name);
      }
    },
    letGo: (image) => {
      const found = here.get(image.name);
      if (found === undefined) return;
      found.users -= 1;
      found.usedAt = time.now();
      evict();
    },
    open: () =>
      opens(async () => {
        await time.wait(spec.openWait);
        await time.work(spec.openWork);
        return {
          workdir: "/testbed",
          exec: async () => ({ exitCode: 0 }) as never,
          writeFiles: async () => {},
          readFile: async () => null,
          killAll: async () => {},
          [Symbol.asyncDispose]: async () => {
            await time.wait(spec.removeWait);
            await time.work(spec.removeWork);
          },
        };
      }),
  };
}

/** So many at a time, in the order of asking. */
export function slots(count: number): <T>(job: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (job) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
