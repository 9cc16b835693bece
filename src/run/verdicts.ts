// The verdict on one candidate, from the cache or from a sandbox; only failures of the machine are tried again.
import pRetry, { AbortError } from "p-retry";
import { BestkError, messageOf } from "../core/errors.js";
import { contentHash } from "../core/hash.js";
import { unavailable } from "../core/signal.js";
import type { Task } from "../core/types.js";
import type { GroupedCandidate } from "../patch/group.js";
import { SandboxError } from "../sandbox/sandbox.js";
import {
  BASE_RUNS,
  type BaseMeasurement,
  type ExecutionVerdict,
  measureBase,
  verifyCandidate,
} from "../verify/execution.js";
import type { Environments, PreparedEnvironment } from "./environments.js";
import type { Emit } from "./events.js";
import { detailsOf, type KeyedVerdict } from "./evidence.js";
import type { RunDirectory } from "./store.js";

/** Rises when the meaning of a saved result changes, so that old ones are not taken for new. */
const VERDICT_VERSION = 2;
/** After the first attempt. */
const RETRIES = 2;

export interface VerdictOptions {
  readonly directory: RunDirectory;
  readonly environments: Environments;
  readonly nonce: () => string;
  readonly emit: Emit;
  readonly stop: AbortSignal;
}

/** An instance whose image is made and whose base was measured. */
export interface ReadyInstance {
  readonly environment: PreparedEnvironment;
  readonly base: BaseMeasurement;
}

/** An instance that can't be verified: the machine failed again and again, or the instance can't be prepared. */
export interface FailedInstance {
  readonly failure: Error;
}

/** Makes the image and measures base. What can't be mended by trying again is a failure of this instance alone. */
export async function readyInstance(task: Task, options: VerdictOptions): Promise<ReadyInstance | FailedInstance> {
  const { instanceId } = task;
  const { directory, environments, nonce, emit, stop } = options;
  try {
    const onProgress = (message: string): void => emit({ type: "image", instanceId, message });
    const environment = await withRetries(instanceId, options, () => environments.prepare(task, stop, onProgress));
    const key = keyOf(task, "base", environment, environments);
    const folder = [instanceId, "base"];
    const saved = await directory.load<BaseMeasurement>(folder, key);
    emit({ type: "base", instanceId, cached: saved !== null });
    if (saved !== null) return { environment, base: saved };
    const context = { open: environment.open, nonce };
    const { base, logs } = await withRetries(instanceId, options, () => measureBase(task, context, stop));
    await directory.save(folder, key, base, logs);
    return { environment, base };
  } catch (thrown) {
    if (!isInstanceFailure(thrown)) throw thrown;
    emit({ type: "warning", message: `${instanceId}: ${thrown.message}` });
    return { failure: thrown };
  }
}

/** Verdict on a candidate with a non-empty patch. A machine that keeps failing gives `infra`, under no key. */
export async function verdictOf(
  task: Task,
  candidate: GroupedCandidate,
  ready: ReadyInstance | FailedInstance,
  options: VerdictOptions,
): Promise<{ verdict: KeyedVerdict; cached: boolean }> {
  if ("failure" in ready) return { verdict: infraVerdict(ready.failure.message), cached: false };
  const { directory, environments, nonce, emit, stop } = options;
  const { instanceId } = task;
  const { candidateId, patch } = candidate;
  const key = keyOf(task, candidateId, ready.environment, environments);
  const folder = [instanceId, candidateId];
  const saved = await directory.load<ExecutionVerdict>(folder, key);
  if (saved !== null) return { verdict: keyed(key, saved), cached: true };
  try {
    const context = { open: ready.environment.open, nonce };
    const { verdict, logs } = await withRetries(instanceId, options, () =>
      verifyCandidate(task, patch, ready.base, context, stop),
    );
    await directory.save(folder, key, verdict, { "candidate.patch": patch, ...logs });
    return { verdict: keyed(key, verdict), cached: false };
  } catch (thrown) {
    if (!isInstanceFailure(thrown)) throw thrown;
    emit({ type: "warning", message: `${instanceId} ${candidateId.slice(0, 19)}: ${thrown.message}` });
    return { verdict: infraVerdict(thrown.message), cached: false };
  }
}

/** Verdict on a rollout whose candidate needs no sandbox: the normalised patch is empty. */
export function emptyVerdict(candidate: GroupedCandidate, rolloutId: string): KeyedVerdict {
  const note = candidate.notes[rolloutId];
  if (note?.outcome === "not-a-diff") return withoutRun("patch-failed", "the patch is no diff that can be read");
  const dropped = (note?.dropped ?? []).map(({ path }) => path);
  const message =
    dropped.length === 0 ? "the patch is empty" : `no source file is changed (dropped ${dropped.join(", ")})`;
  return withoutRun("empty-patch", message);
}

/** Verdict on a rollout of unknown patch. */
export const NO_PATCH = withoutRun("no-patch", "the rollout's record carries no patch");

/** Verdict where there is nothing to run: no image is made for such an instance. */
export const NO_TESTS = withoutRun("no-tests", "the instance names no tests");

export function hasTests({ regression, generated }: Task): boolean {
  return regression !== null || generated.length > 0;
}

function withoutRun(reason: "no-patch" | "no-tests" | "empty-patch" | "patch-failed", message: string): KeyedVerdict {
  const signal = unavailable(reason, message);
  return { key: reason, signals: { regression: signal, reproduction: signal }, details: {} };
}

function infraVerdict(message: string): KeyedVerdict {
  const signal = unavailable("infra", message);
  return { key: null, signals: { regression: signal, reproduction: signal }, details: { attempts: RETRIES + 1 } };
}

function keyed(key: string, verdict: ExecutionVerdict): KeyedVerdict {
  return { key, signals: verdict.signals, details: detailsOf(verdict) };
}

/** One instance that can't be prepared must not end the others' run; a bug or an interruption must. */
function isInstanceFailure(thrown: unknown): thrown is SandboxError | BestkError {
  if (thrown instanceof SandboxError) return thrown.failure !== "aborted";
  return thrown instanceof BestkError && thrown.code !== "bug" && thrown.code !== "interrupted";
}

function withRetries<T>(instanceId: string, { emit, stop }: VerdictOptions, job: () => Promise<T>): Promise<T> {
  return pRetry(
    async () => {
      try {
        return await job();
      } catch (thrown) {
        const isTransient = thrown instanceof SandboxError && !["aborted", "image-missing"].includes(thrown.failure);
        throw isTransient ? thrown : new AbortError(thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
      }
    },
    {
      retries: RETRIES,
      minTimeout: 500,
      signal: stop,
      onFailedAttempt: ({ error, attemptNumber, retriesLeft }) => {
        if (retriesLeft > 0 && error instanceof SandboxError) {
          emit({ type: "retry", instanceId, attempt: attemptNumber, message: error.message });
        }
      },
    },
  );
}

/** Content address of a verdict: patch, what the sandbox holds, tests, limits, and how results are read. */
function keyOf(task: Task, candidateId: string, environment: PreparedEnvironment, environments: Environments): string {
  const { regression, generated, baseCommit } = task;
  const { workdir, env } = task.environment;
  const { sandbox, limits } = environments;
  const where = { environment: environment.key, baseCommit, workdir, env, sandbox, limits };
  return contentHash({ version: VERDICT_VERSION, baseRuns: BASE_RUNS, candidateId, ...where, regression, generated });
}
