// Does the work of a plan: base first, then each candidate once, a bounded number at a time, every result saved at once.
import pLimit from "p-limit";
import { BestkError } from "../core/errors.js";
import { compareNatural } from "../core/order.js";
import type { EvidenceLine } from "../core/schemas.js";
import type { Signal, UnavailableReason } from "../core/signal.js";
import type { Labels, Task } from "../core/types.js";
import type { GroupedCandidate } from "../patch/group.js";
import { SandboxError } from "../sandbox/sandbox.js";
import { labelledLine } from "../tables/labels.js";
import { isTransient, type Machine, openMachine } from "./attempts.js";
import { evidenceLine, isCurrent, type KeyedVerdict, NO_REWARD, provenanceOf } from "./evidence.js";
import type { Plan, PlannedInstance, PlannedRollout } from "./plan.js";
import { type FailedInstance, type ReadyInstance, readyInstance, type WorkOptions } from "./ready.js";
import { inImageOrder, type WorkQueue, workQueue } from "./schedule.js";
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
  const { plan, directory, jobs } = given;
  const pace = openPace({ jobs });
  const options = { ...given, drain, stop, pace, machine: given.machine ?? openMachine() };
  const before = new Map((await directory.evidence()).map((line) => [idOf(line), line]));
  const total = plan.instances.reduce((sum, { candidates }) => sum + candidates.length, 0);
  const work = workQueue(pace.jobs);
  const empty = { kept: new Map(), finished: new Set<GroupedCandidate>(), prepared: new Map() };
  const state: State = { ...empty, options, together, before, total, work };
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
  const isStale = [...before].some(([id, line]) => state.kept.get(id) !== line);
  if (isStale) await directory.keepEvidence([...state.kept.values()]);
  return { complete: true, environments };
}

interface State {
  readonly options: DispatchOptions & WorkOptions;
  readonly together: Together;
  /** Evidence of earlier runs in this directory. */
  readonly before: ReadonlyMap<string, EvidenceLine>;
  /** Evidence that belongs to this plan. */
  readonly kept: Map<string, EvidenceLine>;
  readonly total: number;
  /** Candidates that were reported as done. */
  readonly finished: Set<GroupedCandidate>;
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
  const { drain } = state.options;
  const { task, candidates, rollouts } = instance;
  if (drain.aborted) return true;
  const inCandidate = new Set(candidates.flatMap(({ rolloutIds }) => rolloutIds));
  for (const rollout of rollouts.filter(({ rolloutId }) => !inCandidate.has(rolloutId))) {
    await record(state, task, null, rollout, NO_PATCH);
  }
  const patches = candidates.map(({ patch }) => patch).filter((patch) => patch !== "");
  const needsSandbox = hasTests(task) && patches.length > 0;
  const ready = needsSandbox
    ? await state.work(async () => (drain.aborted ? null : readyInstance(task, patches, state.options)), place)
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
  const { options, finished } = state;
  if (options.drain.aborted) return null;
  const needsRun = candidate.patch !== "" && ready !== null;
  const result = needsRun ? await verdictOf(candidate, ready, options) : null;
  if (result?.retriable === true && !isLast) return result;
  const verdictFor = (rolloutId: string): KeyedVerdict =>
    result?.verdict ?? (candidate.patch === "" ? emptyVerdict(candidate, rolloutId) : NO_TESTS);
  if (result === null || result.newFailures.length === 0) await recordAll(state, instance, candidate, verdictFor);
  if (finished.has(candidate)) return result;
  finished.add(candidate);
  const { regression, reproduction } = verdictFor(candidate.rolloutIds[0] ?? "").signals;
  options.emit({
    type: "candidate",
    instanceId: instance.task.instanceId,
    candidateId: candidate.candidateId,
    cached: result?.cached ?? false,
    unavailable: missingOf([regression, reproduction]),
    done: finished.size,
    total: state.total,
  });
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
    await recordAll(state, instance, candidate, () => verdict);
  }
}

async function recordAll(
  state: State,
  { task, rollouts }: PlannedInstance,
  candidate: GroupedCandidate,
  verdictFor: (rolloutId: string) => KeyedVerdict,
): Promise<void> {
  for (const rollout of rollouts) {
    if (!candidate.rolloutIds.includes(rollout.rolloutId)) continue;
    await record(state, task, candidate, rollout, verdictFor(rollout.rolloutId));
  }
}

/** An instance without tests of one kind lacks nothing as long as the other kind says something. */
function missingOf(signals: readonly Signal[]): UnavailableReason | null {
  const reasons = signals.flatMap((signal) => (signal.status === "ok" ? [] : [signal.reason]));
  const missing = reasons.find((reason) => reason !== "no-tests");
  return missing ?? (reasons.length === signals.length ? "no-tests" : null);
}

/** Writes a rollout's evidence, unless it is there already and rests on the same results. */
async function record(
  state: State,
  task: Task,
  candidate: GroupedCandidate | null,
  rollout: PlannedRollout,
  verdict: KeyedVerdict,
): Promise<void> {
  const { options, before, kept } = state;
  const reward = options.rewards.get(rollout.instanceId)?.get(rollout.rolloutId) ?? NO_REWARD;
  const line = labelledLine(evidenceLine(rollout, candidate, verdict, reward, provenanceOf(task)), options.labels);
  const id = idOf(line);
  const known = kept.get(id) ?? before.get(id);
  if (known !== undefined && isCurrent(known, line)) {
    kept.set(id, known);
    return;
  }
  kept.set(id, line);
  await options.directory.appendEvidence(line);
}

function environmentsOf(prepared: State["prepared"]): Record<string, string> {
  const entries = [...prepared].flatMap(([id, ready]) =>
    "failure" in ready ? [] : [[id, ready.environment.key] as const],
  );
  return Object.fromEntries(entries.sort(([a], [b]) => compareNatural(a, b)));
}

function prerequisite(failure: Error): BestkError {
  if (failure instanceof BestkError) return failure;
  const isImage = failure instanceof SandboxError && failure.failure === "image-missing";
  const hint = isImage
    ? "build or pull it, or give the instance base_image, repository and setup to make it from"
    : "`bestk doctor` says what this machine lacks";
  return new BestkError("prerequisite", failure.message, { cause: failure, hint });
}

function idOf({ instanceId, rolloutId }: Pick<EvidenceLine, "instanceId" | "rolloutId">): string {
  return JSON.stringify([instanceId, rolloutId]);
}
