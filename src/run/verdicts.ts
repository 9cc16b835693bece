// The verdict on one candidate, from the cache or from a sandbox; only failures of the machine are tried again.
import type { Amount } from "../core/cost.js";
import { type Signal, unavailable } from "../core/signal.js";
import type { Task } from "../core/types.js";
import type { GroupedCandidate } from "../patch/group.js";
import { attempt, type FailedAttempt, failureKind, isTransient } from "./attempts.js";
import { meter, sumOf } from "./costs.js";
import type { KeyedVerdict } from "./evidence.js";
import type { FailedInstance } from "./giveUp.js";
import { keyOf, type ReadyInstance, type WorkOptions } from "./ready.js";
import { runCandidate, type Todo } from "./runCandidate.js";
import {
  gradeSaved,
  isUnconfirmed,
  keyedVerdict,
  NOT_NEEDED,
  openParts,
  PARTS,
  type Part,
  type SavedVerdict,
  type Sureness,
  surenessOf,
} from "./savedVerdict.js";

/** Which parts are wanted of a candidate. */
export interface Wanted {
  readonly parts: readonly Part[];
  /** Asked in the sandbox, once regression is known as far as one run tells: whether to go on to the generated tests. */
  readonly goesOn?: (regression: Signal) => boolean;
  /** Leaves tests that fail to be run again when it could matter. */
  readonly leavesReruns?: boolean;
}

export const EVERYTHING: Wanted = { parts: PARTS };

/** What came of a candidate. */
export interface CandidateResult extends Sureness {
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
  const { task, environment } = ready;
  const { directory, nonce, emit, stop } = options;
  const { instanceId } = task;
  const { candidateId, patch } = candidate;
  const { key, saved } = await savedVerdict(candidate, ready, options);
  const todo = todoOf(saved, ready, wanted);
  if (saved !== null && todo.parts.length === 0 && !todo.reruns) {
    return resultOf(key, saved, ready, candidate, true, options);
  }
  emit({ type: "candidate-started", instanceId, candidateId });
  const metered = meter(environment.open);
  const context = { open: metered.open, nonce };
  const done = await attempt({ ...options, instanceId }, () =>
    runCandidate(ready, patch, saved, todo, wanted.goesOn, context, stop),
  );
  if (!done.ok) {
    emit({ type: "warning", message: `${instanceId} ${candidateId.slice(0, 19)}: ${done.error.message}` });
    return infraResult(done.error, done.failed);
  }
  const { result: ran, logs } = done.value;
  const result: SavedVerdict = {
    ...ran,
    attempts: [...(saved?.attempts ?? []), ...done.failed],
    ...(saved !== null && saved.used === undefined ? {} : { used: sumOf(metered.used(), saved?.used ?? NO_AMOUNT) }),
  };
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

const NO_AMOUNT: Amount = { containers: 0, commands: 0, containerSeconds: 0 };

/** What is wanted and not there yet. */
function todoOf(saved: SavedVerdict | null, { task, base }: ReadyInstance, wanted: Wanted): Todo {
  const parts = openParts(saved, task).filter((part) => wanted.parts.includes(part));
  const isRun = parts.includes("regression");
  const isLeft = saved?.rerunsLeft === true && wanted.parts.includes("regression") && isUnconfirmed(saved, base);
  return { parts, reruns: wanted.leavesReruns !== true && (isRun || isLeft) };
}

/** Verdict on a candidate of which nothing was run, because nothing of it could change the choice. */
export const COULD_NOT_MATTER: KeyedVerdict = {
  key: "could-not-matter",
  signals: { regression: NOT_NEEDED, reproduction: NOT_NEEDED },
  generated: [],
  details: {},
};

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
    keyedVerdict(key, gradeSaved(saved, base, quarantined), saved, base);
  const verdict = keyedVerdict(key, graded, saved, base);
  const open = openParts(saved, task);
  const { used, runs, reruns } = saved;
  costs?.candidate(instanceId, candidateId, { used, runs, reruns, whole: open.length === 0, cached });
  const sureness = surenessOf(saved, task, base);
  return { verdict, open, ...sureness, cached, retriable: false, flaky, newFailures, without };
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
  const nothing = { open: [], unsure: [], failing: {}, cached: false, flaky: [], newFailures: [] };
  return { verdict, ...nothing, retriable: isTransient(error), without: () => verdict };
}
