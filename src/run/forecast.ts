// What a run would do, found out by doing it where nothing can be opened: what the run directory answers is cached, the rest is work.
import { contentHash } from "../core/hash.js";
import type { Signal } from "../core/signal.js";
import type { Task } from "../core/types.js";
import type { RewardModel } from "../reward/model.js";
import { SandboxError } from "../sandbox/sandbox.js";
import { BASE_RUNS, type TreeRuns } from "../verify/execution.js";
import { isFailure, type Machine, openMachine } from "./attempts.js";
import type { Environments, LookedUp } from "./environments.js";
import type { Plan, PlannedInstance, PlannedRollout } from "./plan.js";
import { readyInstance, type WorkOptions } from "./ready.js";
import { savedRewards } from "./score.js";
import { RunDirectory } from "./store.js";
import { hasTests, verdictOf } from "./verdicts.js";

export interface ForecastRequest {
  readonly plan: Plan;
  readonly runPath: string;
  /** null: the engine can't be asked, so nothing is known of images and of what is cached. */
  readonly environments: Environments | null;
  readonly model: RewardModel | null;
  readonly jobs: number;
  /** For one run of an instance's tests, where no earlier run says; absent: that of a suite of middling size. */
  readonly assumedSeconds?: number;
  readonly signal: AbortSignal;
}

/** One instance of a plan. */
export interface InstanceForecast {
  readonly instanceId: string;
  readonly rollouts: number;
  readonly candidates: number;
  /** Verdicts that the run directory has, for this image, these tests and these limits. */
  readonly cached: number;
  /** Candidates whose tests must run. */
  readonly toRun: number;
  /** Whether the base's runs are there; null where nothing runs. */
  readonly baseCached: boolean | null;
  /** null where it isn't known before the image is there: the rule picks them from the repository. */
  readonly regressionFiles: number | null;
  readonly generatedTests: number;
  readonly image: LookedUp["image"];
  /** One run of all of its tests, in seconds, as its base took it; null where it never ran. */
  readonly seconds: number | null;
}

export interface Forecast {
  readonly instances: readonly InstanceForecast[];
  /** null without a reward model. */
  readonly rewards: { readonly cached: number; readonly toScore: number; readonly unavailable: number } | null;
  readonly time: {
    /** Of the whole run with these jobs; images to pull or to make are not in it. */
    readonly seconds: number;
    /** Instances whose tests were timed before. */
    readonly measured: number;
    /** Assumed for one run of the tests of every other one. */
    readonly assumedSeconds: number;
    /** Assumed for one reward. */
    readonly rewardSeconds: number;
  };
}

/** Without any earlier run to go by: a test suite of middling size in a container. */
const ASSUMED_SECONDS = 30;
/** Starting a sandbox and applying a patch. */
const SANDBOX_SECONDS = 1;
/** The shipped model's, on one core. */
const REWARD_SECONDS = 0.02;

/** Reads the run directory and asks the engine for its images; changes nothing, fetches nothing. */
export async function forecastRun(request: ForecastRequest): Promise<Forecast> {
  const { plan, environments, jobs } = request;
  const directory = RunDirectory.look(request.runPath);
  const instances: InstanceForecast[] = [];
  for (const instance of plan.instances) instances.push(await forecastInstance(instance, directory, request));
  const rewards = await forecastRewards(plan, directory, request.model);
  const known = instances.flatMap(({ seconds }) => (seconds === null ? [] : [seconds]));
  const assumedSeconds =
    known.length === 0
      ? (request.assumedSeconds ?? ASSUMED_SECONDS)
      : known.reduce((sum, each) => sum + each, 0) / known.length;
  const works = instances.flatMap(({ seconds, toRun, baseCached }) => {
    const runs = toRun + (baseCached === false ? BASE_RUNS : 0);
    return Array.from({ length: runs }, () => (seconds ?? assumedSeconds) + SANDBOX_SECONDS);
  });
  const work = works.reduce((sum, each) => sum + each, 0) / Math.max(1, Math.min(jobs, works.length));
  const scoring = (rewards?.toScore ?? 0) * REWARD_SECONDS;
  const seconds = environments === null && works.length === 0 ? 0 : work + scoring;
  const time = {
    seconds: Math.round(seconds),
    measured: known.length,
    assumedSeconds: Math.round(assumedSeconds),
    rewardSeconds: REWARD_SECONDS,
  };
  return { instances, rewards, time };
}

async function forecastInstance(
  { task, candidates, rollouts }: PlannedInstance,
  directory: RunDirectory,
  { environments, signal }: ForecastRequest,
): Promise<InstanceForecast> {
  const { instanceId, regression, generated } = task;
  const patched = candidates.filter(({ patch }) => patch !== "");
  const isSelected = regression?.select !== undefined && regression.select !== "files";
  const nothing = {
    instanceId,
    rollouts: rollouts.length,
    candidates: candidates.length,
    cached: 0,
    toRun: hasTests(task) ? patched.length : 0,
    baseCached: hasTests(task) && patched.length > 0 ? false : null,
    regressionFiles: regression === null ? 0 : isSelected ? null : regression.files.length,
    generatedTests: generated.length,
    image: null,
    seconds: null,
  };
  if (nothing.toRun === 0 || environments === null) return nothing;
  const looked = await lookedUp(task, environments, signal);
  if (looked.key === null) return { ...nothing, image: looked.image };
  const options = closedWorld(directory, environments, looked.key, signal);
  const patches = patched.map(({ patch }) => patch);
  const ready = await readyInstance(task, patches, options, "once");
  if ("failure" in ready) return { ...nothing, image: looked.image };
  let cached = 0;
  for (const candidate of patched) if ((await verdictOf(candidate, ready, options)).cached) cached += 1;
  return {
    ...nothing,
    cached,
    toRun: patched.length - cached,
    baseCached: true,
    regressionFiles: ready.task.regression?.files.length ?? 0,
    image: looked.image,
    seconds: meanSeconds(ready.base.runs),
  };
}

/** An instance that can't be prepared is one failure of the run, not the end of the plan. */
async function lookedUp(task: Task, environments: Environments, signal: AbortSignal): Promise<LookedUp> {
  try {
    return (await environments.look?.(task, signal)) ?? { key: null, image: null };
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown;
    return { key: null, image: null };
  }
}

/** The run's own code, with an environment whose sandboxes can't be opened: it gets as far as its cache goes. */
function closedWorld(directory: RunDirectory, known: Environments, key: string, stop: AbortSignal): WorkOptions {
  const closed = (): Promise<never> => Promise.reject(new SandboxError("pull-refused", "nothing runs in a plan"));
  const { sandbox, limits } = known;
  const environments: Environments = { sandbox, limits, prepare: async () => ({ key, open: closed }) };
  const machine: Machine = openMachine({ retries: 0, minDelayMs: 0, maxDelayMs: 0 });
  return { directory, environments, machine, nonce: () => "", emit: () => {}, stop };
}

async function forecastRewards(plan: Plan, directory: RunDirectory, model: RewardModel | null) {
  if (model === null) return null;
  const known: ReadonlyMap<string, Signal> = savedRewards(await directory.rewards());
  const counts = { cached: 0, toScore: 0, unavailable: 0 };
  const seen = new Set<string>();
  for (const { input } of plan.instances.flatMap(({ rollouts }): readonly PlannedRollout[] => rollouts)) {
    if (input === null || input.unavailable !== null) {
      counts.unavailable += 1;
      continue;
    }
    const key = contentHash({ model: model.key, input: input.contentKey });
    // Equal inputs are scored once.
    if (known.has(key) || seen.has(key)) counts.cached += 1;
    else counts.toScore += 1;
    seen.add(key);
  }
  return counts;
}

function meanSeconds(runs: readonly TreeRuns[]): number {
  const sums = runs.map(({ regression, generated }) => {
    const each = [...(regression === null ? [] : [regression]), ...Object.values(generated)];
    return each.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
  });
  return sums.reduce((sum, each) => sum + each, 0) / Math.max(1, sums.length);
}
