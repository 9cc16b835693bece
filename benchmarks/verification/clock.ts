// Adds up where the time of sandboxes goes, by wrapping them: nothing in the product knows that it is measured.
import type { Environments } from "../../src/run/environments.js";
import type { Sandbox } from "../../src/sandbox/sandbox.js";

export type Part = "open" | "control" | "files" | "tests" | "dispose" | "container";

export interface Clock {
  add(part: Part, ms: number): void;
  time<T>(part: Part, work: () => Promise<T>): Promise<T>;
  total(part: Part): number;
  /** Milliseconds by part, largest first. */
  parts(): readonly (readonly [Part, number])[];
}

export function newClock(): Clock {
  const sums = new Map<Part, number>();
  const add = (part: Part, ms: number): void => void sums.set(part, (sums.get(part) ?? 0) + ms);
  return {
    add,
    time: async (part, work) => {
      const start = performance.now();
      try {
        return await work();
      } finally {
        add(part, performance.now() - start);
      }
    },
    total: (part) => sums.get(part) ?? 0,
    parts: () => [...sums].sort(([, a], [, b]) => b - a),
  };
}

/** The same environments, with each call of a sandbox timed; `container` is the life of a sandbox. */
export function timed(environments: Environments, clock: Clock): Environments {
  return {
    ...environments,
    prepare: async (...args) => {
      const prepared = await environments.prepare(...args);
      return {
        ...prepared,
        open: async (signal) => {
          const opened = performance.now();
          const sandbox = await clock.time("open", () => prepared.open(signal));
          return timedSandbox(sandbox, clock, opened);
        },
      };
    },
  };
}

function timedSandbox(sandbox: Sandbox, clock: Clock, opened: number): Sandbox {
  return {
    workdir: sandbox.workdir,
    exec: (request, signal) =>
      clock.time(request.user === "tested" ? "tests" : "control", () => sandbox.exec(request, signal)),
    writeFiles: (files, signal) => clock.time("files", () => sandbox.writeFiles(files, signal)),
    readFile: (path, maxBytes, signal) => clock.time("files", () => sandbox.readFile(path, maxBytes, signal)),
    killAll: (signal) => clock.time("control", () => sandbox.killAll(signal)),
    [Symbol.asyncDispose]: async () => {
      await clock.time("dispose", async () => sandbox[Symbol.asyncDispose]());
      clock.add("container", performance.now() - opened);
    },
  };
}
