// Which failures of the machine are tried again and for how long, so that a restart of the engine costs time and nothing else.
import pRetry from "p-retry";
import { BestkError, type ErrorCode } from "../core/errors.js";
import { SandboxError } from "../sandbox/sandbox.js";
import type { Emit } from "./events.js";
import type { Pace } from "./schedulePace.js";

/** What failed: a kind of SandboxError, or why an instance can't be prepared. */
export type FailureKind = SandboxError["failure"] | ErrorCode;

/** One attempt that failed, as evidence keeps it. */
export interface FailedAttempt {
  readonly attempt: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly failure: FailureKind;
  readonly message: string;
}

/** Waiting doubles from `minDelayMs` to `maxDelayMs`. */
export interface RetryPolicy {
  /** After the first attempt. */
  readonly retries: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
}

/** 0.5 + 1 + 2 + 4 + 3 · 8 = 31.5 s: a restart of the engine takes about 20. */
export const DEFAULT_RETRY: RetryPolicy = { retries: 7, minDelayMs: 500, maxDelayMs: 8000 };

/** Milliseconds of the two clocks of a machine: one that people set, one that never goes back and stands in a suspend. */
export interface Clocks {
  readonly wall: () => number;
  readonly steady: () => number;
}

/** What a run knows of its machine; shared by all of its work. */
export interface Machine {
  readonly policy: RetryPolicy;
  readonly clocks: Clocks;
  /** The engine did not come back in time: each piece of work asks once, until one gets an answer. */
  down: boolean;
}

export function openMachine(policy: RetryPolicy = DEFAULT_RETRY, clocks: Clocks = SYSTEM_CLOCKS): Machine {
  return { policy, clocks, down: false };
}

const SYSTEM_CLOCKS: Clocks = { wall: () => Date.now(), steady: () => performance.now() };

/** What came of a piece of work, with the attempts that failed before. */
export type Attempted<T> =
  | { readonly ok: true; readonly value: T; readonly failed: readonly FailedAttempt[] }
  | { readonly ok: false; readonly error: SandboxError | BestkError; readonly failed: readonly FailedAttempt[] };

export interface AttemptOptions {
  readonly instanceId: string;
  readonly machine: Machine;
  readonly emit: Emit;
  readonly stop: AbortSignal;
  /** Told of every failure of the machine, so that less is asked of it. */
  readonly pace?: Pick<Pace, "failed">;
}

/** Failures that pass by themselves, and how often they are worth another attempt; others are not tried again. */
const TRANSIENT: Readonly<Partial<Record<FailureKind, number>>> = {
  "engine-gone": Number.POSITIVE_INFINITY,
  "host-oom": Number.POSITIVE_INFINITY,
  "disk-full": Number.POSITIVE_INFINITY,
  clock: 2,
  disposed: 2,
  other: 2,
};

/** Whether the machine may be better later on: then the work is worth doing again, in this run or in the next. */
export function isTransient(error: Error): boolean {
  return error instanceof SandboxError && TRANSIENT[failureKind(error)] !== undefined;
}

/** Does a piece of work until the machine lets it. Throws what is no failure of the machine: bugs and interruptions. */
export async function attempt<T>(options: AttemptOptions, job: () => Promise<T>): Promise<Attempted<T>> {
  const { machine, stop } = options;
  const failed: FailedAttempt[] = [];
  const retries = machine.down ? 0 : machine.policy.retries;
  try {
    const value = await pRetry(() => timed(machine.clocks, job), {
      retries,
      minTimeout: machine.policy.minDelayMs,
      maxTimeout: machine.policy.maxDelayMs,
      signal: stop,
      onFailedAttempt: ({ error, attemptNumber, retriesLeft }) => {
        if (!isFailure(error)) return;
        const failedNow = failedAttempt(error, attemptNumber, machine);
        failed.push(failedNow);
        if (isTransient(error)) options.pace?.failed();
        if (retriesLeft > 0 && mayRetry(error, attemptNumber)) {
          options.emit({ type: "retry", instanceId: options.instanceId, ...failedNow });
        }
      },
      shouldRetry: ({ error, attemptNumber }) => isFailure(error) && mayRetry(error, attemptNumber),
    });
    machine.down = false;
    return { ok: true, value, failed };
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown;
    if (thrown instanceof SandboxError && thrown.failure === "engine-gone") machine.down = true;
    return { ok: false, error: thrown, failed };
  }
}

/** Kind of a failure, for evidence and events. What the machine lacks shows in the words of whatever failed for it. */
export function failureKind(error: SandboxError | BestkError): FailureKind {
  if (!(error instanceof SandboxError)) return error.code;
  if (error.failure !== "other") return error.failure;
  if (/no space left on device|disk quota exceeded/i.test(error.message)) return "disk-full";
  return /cannot allocate memory/i.test(error.message) ? "host-oom" : "other";
}

function mayRetry(error: SandboxError | BestkError, attemptNumber: number): boolean {
  return attemptNumber <= (TRANSIENT[failureKind(error)] ?? 0);
}

/** One instance that can't be prepared must not end the others' run; a bug or an interruption must. */
export function isFailure(thrown: unknown): thrown is SandboxError | BestkError {
  if (thrown instanceof SandboxError) return thrown.failure !== "aborted";
  return thrown instanceof BestkError && thrown.code !== "bug" && thrown.code !== "interrupted";
}

function failedAttempt(error: SandboxError | BestkError, number: number, { clocks }: Machine): FailedAttempt {
  return {
    attempt: number,
    at: new Date(clocks.wall()).toISOString(),
    failure: failureKind(error),
    message: error.message,
  };
}

/** Beyond it, the clocks say different things of the same work: the machine slept, or somebody set its time. */
const MAX_DRIFT_MS = 10_000;

/** A test that ran while the clock jumped may have failed for that. */
async function timed<T>({ wall, steady }: Clocks, job: () => Promise<T>): Promise<T> {
  const before = wall() - steady();
  const value = await job();
  const drift = Math.round(wall() - steady() - before);
  if (Math.abs(drift) <= MAX_DRIFT_MS) return value;
  throw new SandboxError("clock", `the machine's clock jumped by ${(drift / 1000).toFixed(1)} s during the work`);
}
