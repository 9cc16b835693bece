// Opens the sandboxes of an instance before they are needed, and removes them while others work: nobody waits for the engine.
import { type Sandbox, SandboxError } from "../sandbox/sandbox.js";
import type { Pace } from "./schedulePace.js";

/** Sandboxes of one instance. Each is given out once, whenever it was opened, and is nobody's before and after. */
export interface Opener extends AsyncDisposable {
  open(signal: AbortSignal): Promise<Sandbox>;
  /** So many more will be asked for, as far as is known now: from the first one on, the next are opened ahead. */
  expect(count: number): void;
}

export interface OpenerOptions {
  readonly pace: Pace;
  /** Aborted: nothing is opened ahead any more. */
  readonly stop: AbortSignal;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** A sandbox that waits, or why it could not be opened: whoever asks next is told, as if it had been opened then. */
type Waiting = Promise<{ readonly sandbox: Sandbox } | { readonly failure: unknown }>;

/**
 * A container ends with the connection to its guard: one that waited while the engine was away is dead. The first command
 * starts the controller's shell, which the next ones use.
 */
const ALIVE = { command: ":", timeoutMs: 10_000, user: "controller" } as const;

/**
 * Disposing waits until all is removed: what was opened ahead in vain, and what was given out and disposed (whose removal
 * goes on behind the back of the one that disposes, and at most as many at a time as there are jobs).
 */
export function openAhead(open: (signal: AbortSignal) => Promise<Sandbox>, options: OpenerOptions): Opener {
  const { pace, stop, now = () => performance.now() } = options;
  const waiting: Waiting[] = [];
  const leaving = new Set<Promise<void>>();
  let expected = 0;
  let closed = false;

  const timed = async (signal: AbortSignal): Promise<Sandbox> => {
    const begun = now();
    const sandbox = await open(signal);
    pace.opened(now() - begun);
    return sandbox;
  };
  const ahead = async (): Waiting => {
    try {
      const sandbox = await timed(stop);
      // Warmed up; whether it is alive counts when it is taken.
      await isAlive(sandbox, stop);
      return { sandbox };
    } catch (failure) {
      if (failure instanceof SandboxError && failure.failure !== "aborted") pace.failed();
      return { failure };
    }
  };
  const fill = (): void => {
    while (!closed && !stop.aborted && waiting.length < expected && pace.takeSpare()) {
      waiting.push(ahead());
    }
  };
  const remove = (sandbox: Sandbox): Promise<void> => {
    const removal = Promise.resolve(sandbox[Symbol.asyncDispose]()).finally(() => leaving.delete(removal));
    removal.catch(() => {});
    leaving.add(removal);
    return removal;
  };
  const waited = async (signal: AbortSignal): Promise<Sandbox | null> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const opened = await one.finally(() => pace.giveSpare());
      if ("failure" in opened) throw opened.failure;
      const { sandbox } = opened;
      if (await isAlive(sandbox, signal)) return sandbox;
      await remove(sandbox);
      signal.throwIfAborted();
    }
    return null;
  };
  return {
    expect: (count) => {
      expected = count;
    },
    open: async (signal) => {
      expected = Math.max(0, expected - 1);
      const sandbox = (await waited(signal)) ?? (await timed(signal));
      fill();
      return leavingLater(sandbox, async () => {
        const removal = remove(sandbox);
        fill();
        if (leaving.size > pace.jobs()) await removal;
      });
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
      for (const one of waiting.splice(0)) {
        const opened = await one.finally(() => pace.giveSpare());
        if ("sandbox" in opened) void remove(opened.sandbox).catch(() => {});
      }
      await Promise.allSettled([...leaving]);
    },
  };
}

function isAlive(sandbox: Sandbox, signal: AbortSignal): Promise<boolean> {
  return sandbox.exec(ALIVE, signal).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );
}

/** The same sandbox, disposed by `leave`, once. */
function leavingLater(sandbox: Sandbox, leave: () => Promise<void>): Sandbox {
  let left: Promise<void> | null = null;
  return {
    workdir: sandbox.workdir,
    exec: (request, signal) => sandbox.exec(request, signal),
    writeFiles: (files, signal) => sandbox.writeFiles(files, signal),
    readFile: (path, maxBytes, signal) => sandbox.readFile(path, maxBytes, signal),
    killAll: (signal) => sandbox.killAll(signal),
    [Symbol.asyncDispose]: async () => {
      left ??= leave();
      await left;
    },
  };
}
