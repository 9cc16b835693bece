// The verdict on one candidate, from the cache or from a sandbox; only failures of the machine are tried again.
import { unavailable } from "../core/signal.js";
import type { Task } from "../core/types.js";
import type { GroupedCandidate } from "../patch/group.js";
import { type BaseMeasurement, type ExecutionVerdict, gradeRuns } from "../verify/execution.js";
import { verifyWithReruns } from "../verify/reruns.js";
import { attempt, type FailedAttempt, failureKind, isTransient } from "./attempts.js";
import { detailsOf, type KeyedVerdict } from "./evidence.js";
import { type ChosenTests, type FailedInstance, keyOf, type ReadyInstance, type WorkOptions } from "./ready.js";

/** A candidate's saved result: its runs decide, the rest can be computed again from them (`bestk regrade`). */
export interface SavedVerdict extends ExecutionVerdict {
  /** Key of the base that it is relative to. */
  readonly baseKey: string;
  readonly tests: ChosenTests | null;
  /** Runs that reached the time limit first and ended in time when made again. */
  readonly late: readonly string[];
  /** Attempts that the machine failed, before this one. */
  readonly attempts: readonly FailedAttempt[];
}

/** What came of a candidate. */
export interface CandidateResult {
  readonly verdict: KeyedVerdict;
  readonly cached: boolean;
  /** The machine failed in a way that may pass: worth another try when the rest is done. */
  readonly retriable: boolean;
  /** Regression tests that changed by themselves on this candidate. */
  readonly flaky: readonly string[];
  /** New failures in regression tests that count so far. */
  readonly newFailures: readonly string[];
  /** The verdict if these tests, flaky on other candidates, count for nothing. */
  readonly without: (quarantined: readonly string[]) => KeyedVerdict;
}

/** Verdict on a candidate with a non-empty patch. A machine that keeps failing gives `infra`, under no key. */
export async function verdictOf(
  candidate: GroupedCandidate,
  ready: ReadyInstance | FailedInstance,
  options: WorkOptions,
): Promise<CandidateResult> {
  if ("failure" in ready) return infraResult(ready.failure, ready.failed);
  const { task, environment, base, baseKey, tests } = ready;
  const { directory, environments, nonce, emit, stop } = options;
  const { instanceId } = task;
  const { candidateId, patch } = candidate;
  const key = keyOf(task, candidateId, environment, environments);
  const folder = [instanceId, candidateId];
  const saved = await directory.load<SavedVerdict>(folder, key);
  if (saved !== null && saved.baseKey === baseKey) return resultOf(key, saved, base, true);
  emit({ type: "candidate-started", instanceId, candidateId });
  const context = { open: environment.open, nonce };
  const done = await attempt({ ...options, instanceId }, () => verifyWithReruns(task, patch, base, context, stop));
  if (!done.ok) {
    emit({ type: "warning", message: `${instanceId} ${candidateId.slice(0, 19)}: ${done.error.message}` });
    return infraResult(done.error, done.failed);
  }
  const { verdict, logs, late } = done.value;
  const result: SavedVerdict = { ...verdict, baseKey, tests, late, attempts: done.failed };
  await directory.save(folder, key, result, { "candidate.patch": patch, ...logs });
  return resultOf(key, result, base, false);
}

/** The figures of a saved result, computed again from its runs. `quarantined`: tests flaky on another candidate. */
export function gradeSaved(
  saved: SavedVerdict,
  base: BaseMeasurement,
  quarantined: readonly string[] = [],
): ExecutionVerdict {
  const { applied, runs, reruns } = saved;
  const [first] = base.runs;
  // What was asked of base was asked of the candidate.
  const generated = Object.keys(first?.generated ?? {}).map((id) => ({ id }));
  const task = { regression: first?.regression ?? null, generated };
  return applied === null ? saved : gradeRuns(task, base, runs, applied, { reruns, quarantined });
}

/** A graded result as evidence has it. */
export function keyedVerdict(key: string, graded: ExecutionVerdict, saved: SavedVerdict): KeyedVerdict {
  const { reruns, tests, late, attempts } = saved;
  const details = {
    ...detailsOf(graded),
    ...(tests === null ? {} : { tests }),
    ...(reruns.length === 0 ? {} : { reruns: reruns.map(({ files, run }) => ({ files, end: run.end })) }),
    ...(late.length === 0 ? {} : { late }),
    ...(attempts.length === 0 ? {} : { attempts }),
  };
  return { key, signals: graded.signals, generated: graded.generated, details };
}

function resultOf(key: string, saved: SavedVerdict, base: BaseMeasurement, cached: boolean): CandidateResult {
  const graded = gradeSaved(saved, base);
  const { passedAgain: flaky, newFailures } = graded.regression;
  const without = (quarantined: readonly string[]): KeyedVerdict =>
    keyedVerdict(key, gradeSaved(saved, base, quarantined), saved);
  return { verdict: keyedVerdict(key, graded, saved), cached, retriable: false, flaky, newFailures, without };
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
  return { key: reason, signals: { regression: signal, reproduction: signal }, generated: [], details: {} };
}

function infraResult(error: FailedInstance["failure"], attempts: readonly FailedAttempt[]): CandidateResult {
  const signal = unavailable("infra", error.message);
  const details = { failure: failureKind(error), attempts };
  const verdict = { key: null, signals: { regression: signal, reproduction: signal }, generated: [], details };
  return { verdict, cached: false, retriable: isTransient(error), flaky: [], newFailures: [], without: () => verdict };
}
