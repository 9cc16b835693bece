// Does the work of a plan: base first, then each candidate once, a bounded number at a time, every result saved at once.
import pLimit from "p-limit";
import { BestkError } from "../core/errors.js";
import { compareNatural } from "../core/order.js";
import type { EvidenceLine } from "../core/schemas.js";
import type { Signal, UnavailableReason } from "../core/signal.js";
import type { Labels } from "../core/types.js";
import type { GroupedCandidate } from "../patch/group.js";
import { SandboxError } from "../sandbox/sandbox.js";
import { labelledLine } from "../tables/labels.js";
import { evidenceLine, isCurrent, type KeyedVerdict, NO_REWARD } from "./evidence.js";
import type { Plan, PlannedInstance, PlannedRollout } from "./plan.js";
import type { Rewards } from "./score.js";
import {
  emptyVerdict,
  type FailedInstance,
  hasTests,
  NO_PATCH,
  NO_TESTS,
  type ReadyInstance,
  readyInstance,
  type VerdictOptions,
  verdictOf,
} from "./verdicts.js";

export interface DispatchOptions extends VerdictOptions {
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
export async function dispatch(options: DispatchOptions): Promise<DispatchResult> {
  const { plan, directory, jobs, drain } = options;
  const before = new Map((await directory.evidence()).map((line) => [idOf(line), line]));
  const total = plan.instances.reduce((sum, { candidates }) => sum + candidates.length, 0);
  const failed = new AbortController();
  const working = {
    ...options,
    drain: AbortSignal.any([drain, failed.signal]),
    stop: AbortSignal.any([options.stop, failed.signal]),
  };
  const empty = { before, kept: new Map(), total, done: 0, prepared: new Map() };
  const state: State = { ...empty, options: working, failed, work: pLimit(jobs) };
  const perInstance = pLimit(jobs);
  await allToTheirEnd(
    plan.instances.map((instance) => perInstance(() => dispatchInstance(state, instance))),
    failed,
  );
  options.stop.throwIfAborted();
  const prepared = [...state.prepared.values()];
  const failures = prepared.flatMap((ready) => ("failure" in ready ? [ready.failure] : []));
  const [first] = failures;
  if (first !== undefined && failures.length === prepared.length) throw prerequisite(first);
  const environments = environmentsOf(state.prepared);
  if (drain.aborted) return { complete: false, environments };
  const isStale = [...before].some(([id, line]) => state.kept.get(id) !== line);
  if (isStale) await directory.keepEvidence([...state.kept.values()]);
  return { complete: true, environments };
}

interface State {
  readonly options: DispatchOptions;
  /** Aborted by what no other work can mend (a full disk, a bug); the failure is its reason. */
  readonly failed: AbortController;
  /** Evidence of earlier runs in this directory. */
  readonly before: ReadonlyMap<string, EvidenceLine>;
  /** Evidence that belongs to this plan. */
  readonly kept: Map<string, EvidenceLine>;
  readonly total: number;
  done: number;
  readonly work: <T>(job: () => Promise<T>) => Promise<T>;
  readonly prepared: Map<string, ReadyInstance | FailedInstance>;
}

async function dispatchInstance(state: State, instance: PlannedInstance): Promise<void> {
  const { drain } = state.options;
  const { task, candidates, rollouts } = instance;
  if (drain.aborted) return;
  const inCandidate = new Set(candidates.flatMap(({ rolloutIds }) => rolloutIds));
  for (const rollout of rollouts.filter(({ rolloutId }) => !inCandidate.has(rolloutId))) {
    await record(state, null, rollout, NO_PATCH);
  }
  const needsSandbox = hasTests(task) && candidates.some(({ patch }) => patch !== "");
  const ready = needsSandbox
    ? await state.work(async () => (drain.aborted ? null : readyInstance(task, state.options)))
    : null;
  if (ready !== null) state.prepared.set(task.instanceId, ready);
  if (needsSandbox && ready === null) return;
  await allToTheirEnd(
    candidates.map((candidate) => state.work(() => dispatchCandidate(state, instance, candidate, ready))),
    state.failed,
  );
}

/** Waits for every job, so that none works on in a run directory that was given up; the first failure stops the others. */
async function allToTheirEnd(jobs: readonly Promise<void>[], failed: AbortController): Promise<void> {
  await Promise.all(jobs.map((job) => job.catch((thrown: unknown) => failed.abort(thrown))));
  failed.signal.throwIfAborted();
}

async function dispatchCandidate(
  state: State,
  { task, rollouts }: PlannedInstance,
  candidate: GroupedCandidate,
  ready: ReadyInstance | FailedInstance | null,
): Promise<void> {
  const { options } = state;
  if (options.drain.aborted) return;
  const needsRun = candidate.patch !== "" && ready !== null;
  const run = needsRun ? await verdictOf(task, candidate, ready, options) : null;
  const verdictFor = (rolloutId: string): KeyedVerdict =>
    run?.verdict ?? (candidate.patch === "" ? emptyVerdict(candidate, rolloutId) : NO_TESTS);
  for (const rollout of rollouts) {
    if (!candidate.rolloutIds.includes(rollout.rolloutId)) continue;
    await record(state, candidate, rollout, verdictFor(rollout.rolloutId));
  }
  state.done += 1;
  const { regression, reproduction } = verdictFor(candidate.rolloutIds[0] ?? "").signals;
  options.emit({
    type: "candidate",
    instanceId: task.instanceId,
    candidateId: candidate.candidateId,
    cached: run?.cached ?? false,
    unavailable: missingOf([regression, reproduction]),
    done: state.done,
    total: state.total,
  });
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
  candidate: GroupedCandidate | null,
  rollout: PlannedRollout,
  verdict: KeyedVerdict,
): Promise<void> {
  const { options, before, kept } = state;
  const reward = options.rewards.get(rollout.instanceId)?.get(rollout.rolloutId) ?? NO_REWARD;
  const line = labelledLine(evidenceLine(rollout, candidate, verdict, reward), options.labels);
  const id = idOf(line);
  const known = before.get(id);
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
