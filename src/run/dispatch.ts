// Does the work of a plan: base first, then each candidate once, a bounded number at a time, every result saved at once.
import pLimit from "p-limit";
import { BestkError } from "../core/errors.js";
import { compareNatural } from "../core/order.js";
import type { Labels } from "../core/types.js";
import type { GroupedCandidate } from "../patch/group.js";
import { SandboxError } from "../sandbox/sandbox.js";
import type { LazyRule } from "../select/lazyRule.js";
import { isTransient, type Machine, openMachine } from "./attempts.js";
import { stopwatch } from "./events.js";
import type { KeyedVerdict } from "./evidence.js";
import type { FailedInstance } from "./giveUp.js";
import { dispatchLazily } from "./lazyDispatch.js";
import type { Plan, PlannedInstance } from "./plan.js";
import { type ReadyInstance, readyInstance, type WorkOptions } from "./ready.js";
import { openRecorder, type Recorder } from "./recorder.js";
import { inImageOrder, type WorkQueue, workQueue } from "./schedule.js";
import { fetchAhead } from "./scheduleEnvironment.js";
import { openPace } from "./schedulePace.js";
import type { Rewards } from "./score.js";
import { type Together, workTogether } from "./together.js";
import { type CandidateResult, emptyVerdict, hasTests, NO_PATCH, NO_TESTS, verdictOf } from "./verdicts.js";

export interface DispatchOptions extends Omit<WorkOptions, "machine" | "pace"> {
  /** How failures of the machine are retried; a test passes shorter waits. */
  readonly machine?: Machine;
  readonly plan: Plan;
  /** A rollout without an entry has no reward. */
  readonly rewards: Rewards;
  readonly labels: Labels;
  /** Sandboxes at a time. */
  readonly jobs: number;
  /** Whether sandboxes are opened before they are needed, and removed behind; default true. */
  readonly ahead?: boolean;
  /** Of the aggregator that chooses: what can't change its choice isn't run. Absent: everything is run. */
  readonly lazy?: LazyRule;
  /** Aborted: take no new work. */
  readonly drain: AbortSignal;
}

export interface DispatchResult {
  /** False if it was drained before the end of the plan. */
  readonly complete: boolean;
  /** What the sandboxes of each instance held, by instance id: an image's digest, or a repository's content. */
  readonly environments: Readonly<Record<string, string>>;
}

/**
 * Throws the first failure where not one instance could be prepared: then it's the machine or the configuration, and
 * evidence of nothing.
 */
export async function dispatch(given: DispatchOptions): Promise<DispatchResult> {
  const together = workTogether(given);
  const { drain, stop } = together;
  const { plan, jobs } = given;
  const pace = openPace({ jobs });
  const eager = given.ahead === false ? {} : { pace };
  const options = { ...given, drain, stop, ...eager, machine: given.machine ?? openMachine() };
  const recorder = await openRecorder(options);
  const work = workQueue(pace.jobs);
  const state: State = { options, together, recorder, work, prepared: new Map() };
  const perInstance = pLimit(jobs);
  const pass = (instances: readonly PlannedInstance[], isLast: boolean) =>
    together.all(
      instances.map((instance, place) => perInstance(() => dispatchInstance(state, instance, place, isLast))),
    );
  const ordered = inImageOrder(plan.instances);
  const done = await pass(ordered, false);
  // What the machine kept from being done is tried once more when all else is done: it may be well again.
  const left = ordered.filter((_, i) => done[i] === false);
  options.machine.down = false;
  await pass(left, true);
  given.stop.throwIfAborted();
  const prepared = [...state.prepared.values()];
  const failures = prepared.flatMap((ready) => ("failure" in ready ? [ready.failure] : []));
  const [first] = failures;
  if (first !== undefined && failures.length === prepared.length) throw prerequisite(first);
  const environments = environmentsOf(state.prepared);
  if (given.drain.aborted) return { complete: false, environments };
  await recorder.dropStale();
  return { complete: true, environments };
}

interface State {
  readonly options: DispatchOptions & WorkOptions;
  readonly together: Together;
  readonly recorder: Recorder;
  readonly work: WorkQueue;
  readonly prepared: Map<string, ReadyInstance | FailedInstance>;
}

/** False if the machine kept some of it from being done, which is then left for the last pass. */
async function dispatchInstance(
  state: State,
  instance: PlannedInstance,
  place: number,
  isLast: boolean,
): Promise<boolean> {
  const { recorder, options } = state;
  const { drain } = options;
  const { task, candidates, rollouts } = instance;
  if (drain.aborted) return true;
  const inCandidate = new Set(candidates.flatMap(({ rolloutIds }) => rolloutIds));
  for (const rollout of rollouts.filter(({ rolloutId }) => !inCandidate.has(rolloutId))) {
    await recorder.record(task, null, rollout, NO_PATCH);
  }
  if (options.lazy !== undefined) {
    const width = Math.max(1, Math.floor(options.jobs / options.plan.instances.length));
    return dispatchLazily({ ...state, rule: options.lazy, width }, instance, place, isLast);
  }
  const patches = candidates.map(({ patch }) => patch).filter((patch) => patch !== "");
  const needsSandbox = hasTests(task) && patches.length > 0;
  if (needsSandbox) await fetchAhead(task, options);
  const ready = needsSandbox
    ? await state.work(async () => (drain.aborted ? null : readyInstance(task, patches, options)), place)
    : null;
  if (ready !== null) state.prepared.set(task.instanceId, ready);
  if (needsSandbox && ready === null) return true;
  if (ready !== null && "failure" in ready && isTransient(ready.failure) && !isLast) return false;
  await using _sandboxes = ready === null || "failure" in ready ? null : ready.environment;
  const results = await state.together.all(
    candidates.map((candidate) =>
      state.work(() => dispatchCandidate(state, instance, candidate, ready, isLast), place),
    ),
  );
  const isDone = results.every((result) => result?.retriable !== true);
  if (!isDone && !isLast && !drain.aborted) return false;
  await recordDiscordant(state, instance, results);
  return true;
}

/** Returns null for what needed no run, or was not begun. Records what nothing else can change any more. */
async function dispatchCandidate(
  state: State,
  instance: PlannedInstance,
  candidate: GroupedCandidate,
  ready: ReadyInstance | FailedInstance | null,
  isLast: boolean,
): Promise<CandidateResult | null> {
  const { options, recorder } = state;
  if (options.drain.aborted) return null;
  const needsRun = candidate.patch !== "" && ready !== null;
  const seconds = stopwatch();
  const result = needsRun ? await verdictOf(candidate, ready, options) : null;
  if (result?.retriable === true && !isLast) {
    const { instanceId } = instance.task;
    const { regression } = result.verdict.signals;
    const message = regression?.status === "unavailable" ? regression.message : "";
    options.emit({ type: "given-up", what: "candidate", instanceId, candidateId: candidate.candidateId, message });
    return result;
  }
  const verdictFor = (rolloutId: string): KeyedVerdict =>
    result?.verdict ?? (candidate.patch === "" ? emptyVerdict(candidate, rolloutId) : NO_TESTS);
  if (result === null || result.newFailures.length === 0) await recorder.recordAll(instance, candidate, verdictFor);
  recorder.finished(candidate, verdictFor(candidate.rolloutIds[0] ?? ""), result?.cached ?? false, seconds());
  return result;
}

/**
 * A test that changed by itself on one candidate is flaky for all: candidates with new failures wait for the others of
 * their instance, so that the order in which they are done decides nothing.
 */
async function recordDiscordant(
  state: State,
  instance: PlannedInstance,
  results: readonly (CandidateResult | null)[],
): Promise<void> {
  const flaky = [...new Set(results.flatMap((result) => result?.flaky ?? []))].sort();
  for (const [index, candidate] of instance.candidates.entries()) {
    const result = results[index] ?? null;
    if (result === null || result.newFailures.length === 0) continue;
    const verdict = result.without(flaky);
    await state.recorder.recordAll(instance, candidate, () => verdict);
  }
}

function environmentsOf(prepared: State["prepared"]): Record<string, string> {
  const entries = [...prepared].flatMap(([id, ready]) =>
    "failure" in ready ? [] : [[id, ready.environment.key] as const],
  );
  return Object.fromEntries(entries.sort(([a], [b]) => compareNatural(a, b)));
}

function prerequisite(failure: Error): BestkError {
  if (failure instanceof BestkError) return failure;
  const isImage = failure instanceof SandboxError && /has no image/.test(failure.message);
  const hint = isImage
    ? "pull it where there is a network (docker pull, docker save and load), check its name, or give the instance base_image, repository and setup to make it from"
    : "`bestk doctor` says what this machine lacks";
  return new BestkError("prerequisite", failure.message, { cause: failure, hint });
}
