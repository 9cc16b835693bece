// Progress for people and for programs: a live window on a terminal, a line a completion elsewhere, JSONL with `--events`.
import { createWriteStream, type WriteStream } from "node:fs";
import { BestkError } from "../core/errors.js";
import type { EventLine } from "../core/schemas/events.js";
import type { Emit, RunEvent } from "../run/events.js";
import { follow, nothingYet, shortId } from "./follow.js";
import { clean } from "./table.js";
import { colors, type Terminal, workWithoutReader } from "./terminal.js";
import { windowLines } from "./window.js";

export interface Progress {
  readonly emit: Emit;
  /** The last event, how the run ended; later calls do nothing. */
  close(outcome: Extract<EventLine, { type: "end" }>["outcome"]): Promise<void>;
}

const time = (): string => new Date().toISOString();

/** A frame takes this long at least. */
const FRAME_MS = 100;

/** `events` is a file, "-" for stdout, or undefined. */
export async function openProgress(terminal: Terminal, events: string | undefined): Promise<Progress> {
  const write = events === undefined ? null : await openEvents(events, (text) => terminal.warn(text));
  // The type first: who reads a line with their own eyes looks for it.
  const stamp = ({ type, ...event }: RunEvent) => ({ schema: "bestk.event/1", time: time(), type, ...event });
  const window = openWindow(terminal);
  const emit: Emit = (event) => {
    write?.line(`${JSON.stringify(stamp(event))}\n`);
    window?.follow(event);
    show(terminal, event);
  };
  let isOpen = true;
  return {
    emit,
    close: async (outcome) => {
      if (!isOpen) return;
      isOpen = false;
      emit({ type: "end", outcome });
      window?.close();
      await write?.close();
    },
  };
}

/** Draws the state of the run every now and then: events come faster than anybody reads. */
function openWindow({ window }: Terminal): { follow(event: RunEvent): void; close(): void } | null {
  if (window === null) return null;
  const now = (): number => performance.now();
  let state = nothingYet(now());
  const draw = (): void => {
    const { columns = 80, rows = 24 } = process.stderr;
    window.show(windowLines(state, now(), { columns, rows }, colors));
  };
  const timer = setInterval(draw, FRAME_MS).unref();
  const leave = (): void => window.clear();
  const goOn = (): void => window.forget();
  process.on("exit", leave).on("SIGCONT", goOn);
  return {
    follow: (event) => {
      state = follow(state, event, now());
    },
    close: () => {
      clearInterval(timer);
      window.clear();
      process.off("exit", leave).off("SIGCONT", goOn);
    },
  };
}

type Show = { readonly [T in RunEvent["type"]]: (terminal: Terminal, event: Extract<RunEvent, { type: T }>) => void };

const nothing = (): void => {};

const SHOW: Show = {
  plan: nothing,
  "reward-started": nothing,
  reward: (terminal, { done, total, cached, unavailable = 0 }) => {
    if (done === total) terminal.note(`scored ${total - unavailable}/${total} rollouts (${cached} cached)`);
  },
  "image-started": nothing,
  image: (terminal, { instanceId, message }) => {
    if (terminal.verbose) terminal.note(`${clean(instanceId)}: ${clean(message, 300)}`);
  },
  "image-ready": (terminal, { instanceId, seconds }) => {
    if (terminal.verbose) terminal.note(`${clean(instanceId)}: image ready${took(seconds)}`);
  },
  "base-started": nothing,
  base: (terminal, { instanceId, cached, seconds }) =>
    completion(terminal, `${clean(instanceId)}: base ${cached ? "cached" : `measured${took(seconds)}`}`),
  "candidate-started": nothing,
  "candidate-paused": nothing,
  candidate: (terminal, { instanceId, candidateId, cached, unavailable, seconds, done, total }) => {
    const end = cached ? "cached" : `${unavailable ?? "done"}${took(seconds)}`;
    completion(terminal, `[${done}/${total}] ${clean(instanceId)} ${shortId(candidateId)} ${end}`);
  },
  "generated-started": nothing,
  generated: (terminal, { instanceId, test, dropped, seconds, done, total }) =>
    completion(terminal, `[${done}/${total}] ${clean(instanceId)} ${clean(test)} ${dropped ?? "kept"}${took(seconds)}`),
  "graded-started": nothing,
  graded: (terminal, { instanceId, rolloutId, seconds, done, total }) =>
    completion(terminal, `[${done}/${total}] ${clean(instanceId)} ${clean(rolloutId)} evaluated${took(seconds)}`),
  // Who gives up says why as a warning.
  "given-up": nothing,
  retry: (terminal, { instanceId, attempt, message }) =>
    terminal.warn(`${clean(instanceId)}: attempt ${attempt} failed, trying again (${clean(message, 300)})`),
  warning: (terminal, { message }) => terminal.warn(clean(message, 500)),
  draining: nothing,
  end: nothing,
};

function show<T extends RunEvent["type"]>(terminal: Terminal, event: Extract<RunEvent, { type: T }>): void {
  const line: Show[T] = SHOW[event.type as T];
  line(terminal, event);
}

/** The window shows completions by their number; `--verbose` names each above it. */
function completion(terminal: Terminal, text: string): void {
  if (terminal.window === null || terminal.verbose) terminal.note(text);
}

function took(seconds: number): string {
  return seconds < 0.05 ? "" : ` (${seconds.toFixed(1)} s)`;
}

async function openEvents(
  path: string,
  warn: (text: string) => void,
): Promise<{ line(text: string): void; close(): Promise<void> }> {
  if (path === "-") {
    const undo = workWithoutReader();
    return { line: (text) => void process.stdout.write(text), close: async () => void undo() };
  }
  const stream = createWriteStream(path);
  await opened(stream, path);
  let failure: Error | null = null;
  stream.on("error", (error) => {
    failure ??= error;
  });
  return {
    line: (text) => void stream.write(text),
    close: async () => {
      const closed = new Promise<void>((resolve) => stream.once("close", resolve));
      stream.end();
      if (!stream.closed) await closed;
      if (failure !== null) warn(`--events ${path}: not all events were written (${failure.message})`);
    },
  };
}

function opened(stream: WriteStream, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void =>
      reject(new BestkError("usage", `--events ${path}: can't be written (${error.message})`, { cause: error }));
    stream.once("error", refuse);
    stream.once("open", () => {
      stream.off("error", refuse);
      resolve();
    });
  });
}
