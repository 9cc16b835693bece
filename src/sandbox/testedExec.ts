// One command of the tested user in a container: watched until it and all that it started have ended.
import { drain } from "./demux.js";
import type { Engine, EngineProcess } from "./engine.js";
import { collectOutput } from "./output.js";
import { pause, untilAborted } from "./pause.js";
import { type ExecRequest, type ExecResult, SandboxError } from "./sandbox.js";

export interface TestedContext {
  readonly engine: Engine;
  readonly container: string;
  readonly argv: readonly string[];
  /** `uid:gid`; the group is this command's alone. */
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
  readonly diskBytes: number;
  /** Ends every process of the group. */
  kill(): Promise<void>;
}

/** What a command came to, before its memory and time are added. */
export type Outcome = Pick<ExecResult, "exitCode" | "stdout" | "stderr" | "truncated" | "timedOut">;

type Ending = "timeout" | "aborted" | "disk";

const POLL_MS = 300;
/** Measuring the container's files walks over them. */
const DISK_POLL_MS = 1_000;
const KILL_MS = 10_000;

/** Runs it to its end, its limit or the signal. Throws SandboxError if the engine goes away or doesn't answer. */
export async function runTested(context: TestedContext, request: ExecRequest, signal: AbortSignal): Promise<Outcome> {
  const { engine, container, argv, user, env } = context;
  const output = collectOutput(request.maxOutputBytes);
  const process = await engine.exec(container, { argv, user, env, stdin: request.stdin !== undefined }, signal);
  const ended = drain(process.stream, output.push);
  if (request.stdin !== undefined) process.stream.end(request.stdin);

  const stopper = new AbortController();
  let ending: Ending | null = null;
  const stop = (why: Ending): void => {
    ending ??= why;
    stopper.abort();
  };
  const timer = setTimeout(stop, request.timeoutMs, "timeout");
  const abort = (): void => stop("aborted");
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  const done = new AbortController();
  try {
    const failed = watch(context, process, stop, done.signal);
    await untilAborted(Promise.race([ended, failed]), stopper.signal);
    if (stopper.signal.aborted) await endAll(context, ended);
    await context.kill();
    const exitCode = await exitCodeOf(process);
    const why = ending as Ending | null;
    if (why === "disk") output.push("stderr", Buffer.from("\n[bestk: killed at the limit of disk]\n"));
    return { ...output.result(), exitCode: why === "timeout" ? null : exitCode, timedOut: why === "timeout" };
  } finally {
    done.abort();
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    process.stream.destroy();
  }
}

/**
 * Rejects if the engine stops answering, else never settles. Stops the command at the disk limit, and kills what a
 * command that is over left behind, which would hold its output open.
 */
async function watch(
  { engine, container, diskBytes, kill }: TestedContext,
  process: EngineProcess,
  stop: (why: Ending) => void,
  signal: AbortSignal,
): Promise<never> {
  for (let waited = POLL_MS; ; waited += POLL_MS) {
    await pause(POLL_MS, signal);
    if (signal.aborted) return new Promise<never>(() => {});
    const whole = new AbortController().signal;
    if (!(await process.inspect(whole)).running) await kill();
    if (waited % DISK_POLL_MS >= POLL_MS) continue;
    const state = await engine.inspect(container, true, whole);
    if ((state?.writtenBytes ?? 0) > diskBytes) stop("disk");
  }
}

/** Kills the command; if that is of no use, the container. */
async function endAll({ engine, container, kill }: TestedContext, ended: Promise<void>): Promise<void> {
  const limit = new AbortController();
  try {
    await kill();
    if (await Promise.race([ended.then(() => true), pause(KILL_MS, limit.signal).then(() => false)])) return;
    await engine.kill(container, AbortSignal.timeout(KILL_MS));
    await Promise.race([ended, pause(KILL_MS, limit.signal)]);
  } finally {
    limit.abort();
  }
}

/** null if the engine can't say any more because the container ended with it. */
async function exitCodeOf(process: EngineProcess): Promise<number | null> {
  const unlimited = new AbortController().signal;
  for (let attempt = 0; attempt < 40; attempt++) {
    const { running, exitCode } = await process.inspect(unlimited);
    if (!running) return exitCode;
    await pause(50, unlimited);
  }
  throw new SandboxError("engine-gone", "the connection to a running command broke");
}
