// The verdict on one candidate, from the cache or from a sandbox; only failures of the machine are tried again.

import type { Amount } from "../core/cost.js";
import { type Signal, unavailable } from "../core/signal.js";
import type { Task } from "../core/types.js";
import type { GroupedCandidate } from "../patch/group.js";
import { type BaseMeasurement, type ExecutionVerdict, gradeRuns } from "../verify/execution.js";
import { verifyWithReruns } from "../verify/reruns.js";
import { regressionSignal } from "../verify/signals.js";
import type { TestRun } from "../verify/testRun.js";
import { attempt, type FailedAttempt, failureKind, isTransient } from "./attempts.js";
import { meter, sumOf } from "./costs.js";
import { detailsOf, type KeyedVerdict } from "./evidence.js";
import type { FailedInstance } from "./giveUp.js";
import { type ChosenTests, keyOf, type ReadyInstance, type WorkOptions } from "./ready.js";

/** A candidate's saved result: its runs decide, the rest can be computed again from them (`bestk regrade`). */
export interface SavedVerdict extends ExecutionVerdict {
  /** Key of the base that it is relative to. */
  readonly baseKey: string;
  readonly tests: ChosenTests | null;
  /** Runs that reached the time limit first and ended in time when made again. */
  readonly late: readonly string[];
  /** Attempts that the machine failed, before this one. */
  readonly attempts: readonly FailedAttempt[];
  /** What its runs took; absent in results of older versions. */
  readonly used?: Amount;
}

/** Parts of a verdict: signals that tests give. */
export type Part = "regression" | "reproduction";

/** Which parts are wanted of a candidate. */
export interface Wanted {
  readonly parts: readonly Part[];
  /** Asked in the sandbox, once regression is known as far as one run tells: whether to go on to the generated tests. */
  readonly goesOn?: (regression: Signal) => boolean;
}

export const EVERYTHING: Wanted = { parts: ["regression", "reproduction"] };

/** What came of a candidate. */
export interface CandidateResult {
  readonly verdict: KeyedVerdict;
  /** Parts that were not measured; their signals are `could-not-matter`. */
  readonly open: readonly Part[];
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

/**
 * Verdict on a candidate with a non-empty patch, with at least the parts that are wanted; what earlier runs measured is
 * kept. A machine that keeps failing gives `infra`, under no key.
 */
export async function verdictOf(
  candidate: GroupedCandidate,
  ready: ReadyInstance | FailedInstance,
  options: WorkOptions,
  wanted: Wanted = EVERYTHING,
): Promise<CandidateResult> {
  if ("failure" in ready) return infraResult(ready.failure, ready.failed);
  const { task, environment, base, baseKey, tests } = ready;
  const { directory, nonce, emit, stop } = options;
  const { instanceId } = task;
  const { candidateId, patch } = candidate;
  const { key, saved } = await savedVerdict(candidate, ready, options);
  const missing = openParts(saved, task).filter((part) => wanted.parts.includes(part));
  if (saved !== null && missing.length === 0) return resultOf(key, saved, ready, candidate, true, options);
  const part = {
    ...task,
    regression: missing.includes("regression") ? task.regression : null,
    generated: missing.includes("reproduction") ? task.generated : [],
  };
  const baseRuns = base.runs.flatMap(({ regression }) => regression ?? []);
  const { goesOn } = wanted;
  const gate = goesOn === undefined ? {} : { goesOn: (run: TestRun) => goesOn(regressionSignal(baseRuns, run)) };
  emit({ type: "candidate-started", instanceId, candidateId });
  const metered = meter(environment.open);
  const context = { open: metered.open, nonce, ...gate };
  const done = await attempt({ ...options, instanceId }, () => verifyWithReruns(part, patch, base, context, stop));
  if (!done.ok) {
    emit({ type: "warning", message: `${instanceId} ${candidateId.slice(0, 19)}: ${done.error.message}` });
    return infraResult(done.error, done.failed);
  }
  const { verdict, logs, late } = done.value;
  const now: SavedVerdict = { ...verdict, baseKey, tests, late, attempts: done.failed, used: metered.used() };
  const whole = saved === null ? now : joined(saved, now);
  const result: SavedVerdict = { ...whole, ...gradeSaved(whole, base) };
  await directory.save([instanceId, candidateId], key, result, { "candidate.patch": patch, ...logs });
  return resultOf(key, result, ready, candidate, false, options);
}

/** What an earlier run measured of a candidate, or null. */
export async function savedResult(
  candidate: GroupedCandidate,
  ready: ReadyInstance,
  options: WorkOptions,
): Promise<CandidateResult | null> {
  const { key, saved } = await savedVerdict(candidate, ready, options);
  return saved === null ? null : resultOf(key, saved, ready, candidate, true, options);
}

async function savedVerdict(
  { candidateId }: GroupedCandidate,
  { task, environment, baseKey }: ReadyInstance,
  { directory, environments }: WorkOptions,
): Promise<{ readonly key: string; readonly saved: SavedVerdict | null }> {
  const key = keyOf(task, candidateId, environment, environments);
  const saved = await directory.load<SavedVerdict>([task.instanceId, candidateId], key);
  return { key, saved: saved?.baseKey === baseKey ? saved : null };
}

/** Parts that have tests and no runs. A patch that doesn't apply has none to make. */
export function openParts(saved: Pick<SavedVerdict, "applied" | "runs"> | null, task: RunnableTests): readonly Part[] {
  if (saved !== null && saved.applied === null) return [];
  const { regression = null, generated = {} } = saved?.runs ?? {};
  return [
    ...(task.regression !== null && regression === null ? (["regression"] as const) : []),
    ...(task.generated.length > 0 && Object.keys(generated).length === 0 ? (["reproduction"] as const) : []),
  ];
}

type RunnableTests = { readonly regression: unknown; readonly generated: readonly unknown[] };

/** Both parts of a verdict, measured one after the other. */
function joined(before: SavedVerdict, now: SavedVerdict): SavedVerdict {
  if (now.applied === null) return now;
  const together = [...(before.runs.together ?? []), ...(now.runs.together ?? [])];
  const runs = {
    regression: now.runs.regression ?? before.runs.regression,
    generated: { ...before.runs.generated, ...now.runs.generated },
    ...(together.length === 0 ? {} : { together }),
  };
  return {
    ...now,
    runs,
    reruns: [...before.reruns, ...now.reruns],
    late: [...before.late, ...now.late],
    attempts: [...before.attempts, ...now.attempts],
    ...(before.used === undefined || now.used === undefined ? {} : { used: sumOf(before.used, now.used) }),
  };
}

const NOT_NEEDED = unavailable("could-not-matter", "left out: no outcome of it could change the choice");

function withOpen(signals: KeyedVerdict["signals"], open: readonly Part[]): KeyedVerdict["signals"] {
  return { ...signals, ...Object.fromEntries(open.map((part) => [part, NOT_NEEDED])) };
}

/** Verdict on a candidate of which nothing was run, because nothing of it could change the choice. */
export const COULD_NOT_MATTER: KeyedVerdict = {
  key: "could-not-matter",
  signals: { regression: NOT_NEEDED, reproduction: NOT_NEEDED },
  generated: [],
  details: {},
};

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
  if (applied === null) return saved;
  const graded = gradeRuns(task, base, runs, applied, { reruns, quarantined });
  return { ...graded, signals: withOpen(graded.signals, openParts(saved, task)) };
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

function resultOf(
  key: string,
  saved: SavedVerdict,
  { base, task }: ReadyInstance,
  { instanceId, candidateId }: GroupedCandidate,
  cached: boolean,
  { costs }: WorkOptions,
): CandidateResult {
  const graded = gradeSaved(saved, base);
  const { passedAgain: flaky, newFailures } = graded.regression;
  const without = (quarantined: readonly string[]): KeyedVerdict =>
    keyedVerdict(key, gradeSaved(saved, base, quarantined), saved);
  const verdict = keyedVerdict(key, graded, saved);
  const open = openParts(saved, task);
  const { used, runs, reruns } = saved;
  costs?.candidate(instanceId, candidateId, { used, runs, reruns, whole: open.length === 0, cached });
  return { verdict, open, cached, retriable: false, flaky, newFailures, without };
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
  const nothing = { open: [], cached: false, flaky: [], newFailures: [] };
  return { verdict, ...nothing, retriable: isTransient(error), without: () => verdict };
}
