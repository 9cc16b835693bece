// The main job, end to end: rollouts in, one chosen patch per issue out, everything in a run directory.
import type { CandidateLine } from "../core/schemas.js";
import type { Labels, Task } from "../core/types.js";
import type { RewardModel } from "../reward/model.js";
import type { FormatName } from "../rollouts/adapter.js";
import { issueFor } from "../rollouts/instances.js";
import { type LoadedFile, loadRolloutsAs } from "../rollouts/load.js";
import type { Problem } from "../rollouts/read.js";
import type { Aggregator } from "../select/aggregator.js";
import { lazyRule } from "../select/lazyRule.js";
import type { Machine } from "./attempts.js";
import { openCosts } from "./costs.js";
import { dispatch } from "./dispatch.js";
import type { Environments } from "./environments.js";
import { type Emit, type RunEvent, stopwatch } from "./events.js";
import type { InstanceFilter } from "./filter.js";
import { keepRollout, writePageInputs } from "./pageInputs.js";
import { makePlan, type Plan, type PlannedRollout } from "./plan.js";
import { type LabelledRanking, writeRankings } from "./ranking.js";
import { scoreRollouts } from "./score.js";
import { RunDirectory } from "./store.js";

/** Rollouts of a run, reduced to patches and model inputs, with their labels apart. */
export interface LoadedRollouts {
  readonly rollouts: readonly PlannedRollout[];
  readonly labels: Labels;
  readonly problems: readonly Problem[];
  /** Those passed over too, with the reason. */
  readonly files: readonly LoadedFile[];
}

export interface LoadRequest {
  readonly paths: readonly string[];
  readonly tasks: readonly Task[];
  /** null: trajectories are not read for a score. */
  readonly model: RewardModel | null;
  readonly scaffold?: FormatName;
  /** Reads rollouts of these instances alone. */
  readonly only?: readonly string[];
  readonly skipBad: boolean;
  /** Run directory that keeps trajectories and model inputs for the report; absent: nothing is kept. */
  readonly keepIn?: string;
  readonly signal: AbortSignal;
}

/** Reads rollouts and keeps of each only what the run needs, so that trajectories need not fit into memory. */
export async function loadForRun(request: LoadRequest): Promise<LoadedRollouts> {
  const issues = new Map(request.tasks.map(({ instanceId, issue }) => [instanceId, issue]));
  const { model, scaffold, only, skipBad, keepIn, signal } = request;
  const loaded = await loadRolloutsAs(
    request.paths,
    {
      skipBad,
      signal,
      ...(scaffold === undefined ? {} : { scaffold }),
      ...(only === undefined ? {} : { only: new Set(only) }),
    },
    async ({ instanceId, patch, trajectory }) => {
      const issue = issues.get(instanceId);
      if (issue === undefined) return { patch, input: null };
      let reads: string | null = null;
      const note = (text: string): void => {
        reads = text;
      };
      const input =
        model === null ? null : model.prepare({ issue: issueFor(issue, trajectory), trajectory, patch }, note);
      if (keepIn === undefined) return { patch, input };
      return { patch, input, kept: await keepRollout(keepIn, trajectory, reads) };
    },
  );
  return { rollouts: loaded.rollouts, labels: loaded.labels, problems: loaded.problems, files: loaded.files };
}

export interface RunRequest {
  readonly tasks: readonly Task[];
  readonly loaded: LoadedRollouts;
  readonly filter: InstanceFilter;
  /** What `makePlan` makes of them, where it was made before. */
  readonly plan?: Plan;
  /** Further figures of the first event. */
  readonly planned?: Partial<Extract<RunEvent, { type: "plan" }>>;
  readonly runPath: string;
  readonly environments: Environments;
  readonly model: RewardModel | null;
  readonly aggregator: Aggregator;
  readonly rawPatch: boolean;
  /** Leaves out work that can't change the aggregator's choice, where it is one whose choice can be settled early. */
  readonly lazy?: boolean;
  /** Of a lazy choice being another one, at most, by instance; default 0. */
  readonly risk?: number;
  readonly jobs: number;
  /** Whether sandboxes are opened before they are needed; default true. */
  readonly ahead?: boolean;
  /** Goes into the run card as it is. */
  readonly card: Readonly<Record<string, unknown>>;
  readonly nonce: () => string;
  /** How failures of the machine are retried; default bridges a restart of the engine. */
  readonly machine?: Machine;
  readonly emit: Emit;
  readonly drain: AbortSignal;
  readonly stop: AbortSignal;
}

export interface RunResult {
  /** False if it was interrupted: the same command goes on from here. */
  readonly complete: boolean;
  /** Share of rollouts without a value in a signal that was asked for. */
  readonly unavailable: number;
  /** Candidates with tests that were not run because they could not change the choice. */
  readonly leftOut: number;
  /** null if interrupted. */
  readonly ranking: LabelledRanking | null;
  /** Predictions as JSONL; null if interrupted. */
  readonly predictions: string | null;
  readonly predictionsPath: string | null;
}

/** Runs a plan in its directory; what an earlier run of the same directory has done is not done again. */
export async function executeRun(request: RunRequest): Promise<RunResult> {
  const plan = request.plan ?? makePlan(request.tasks, request.loaded.rollouts, request.filter);
  announce(plan, request.emit, { jobs: request.jobs, ...request.planned });
  await using directory = await RunDirectory.open(request.runPath);
  await writeCard(directory, request.card);
  await directory.write("candidates.jsonl", candidatesText(plan));
  await writePageInputs(directory, plan);
  const { drain, stop, emit } = request;
  const rollouts = plan.instances.flatMap((instance) => instance.rollouts);
  const costs = openCosts();
  const modelTime = stopwatch();
  const rewards =
    request.model === null
      ? new Map()
      : await scoreRollouts(rollouts, {
          model: request.model,
          saved: await directory.rewards(),
          save: (line) => directory.appendReward(line),
          emit,
          drain,
          stop,
        });
  const modelSeconds = request.model === null ? null : modelTime();
  const { environments, jobs, nonce, machine } = request;
  const rule = request.lazy === true ? lazyRule(request.aggregator, request.risk) : null;
  const { labels } = request.loaded;
  const work = {
    ...(machine === undefined ? {} : { machine }),
    ...(request.ahead === undefined ? {} : { ahead: request.ahead }),
    ...(rule === null ? {} : { lazy: rule }),
    plan,
    directory,
    costs,
    environments,
    rewards,
    labels,
    jobs,
    nonce,
    emit,
    drain,
    stop,
  };
  const { complete, environments: held } = await dispatch(work);
  const cost = costs.total(plan, rule !== null, modelSeconds);
  await directory.write("cost.json", `${JSON.stringify(cost, null, 2)}\n`);
  await writeCard(directory, { ...request.card, environments: held });
  const leftOut = cost.savedByLaziness.candidates;
  if (!complete) return { complete, unavailable: 0, leftOut, ranking: null, predictions: null, predictionsPath: null };
  const written = await writeRankings(directory, request.aggregator, request.rawPatch);
  return {
    complete,
    unavailable: await unavailableShare(directory, request.model !== null),
    leftOut,
    ranking: written.document,
    predictions: written.predictions,
    predictionsPath: written.predictionsPath,
  };
}

/** Figures of a plan, for `--dry-run` and for the first event of a run. */
export function announce(plan: Plan, emit: Emit, more: RunRequest["planned"] = {}): void {
  if (plan.unknownInstances.length > 0) {
    const more = plan.unknownInstances.length > 3 ? ", …" : "";
    const some = `${plan.unknownInstances.slice(0, 3).join(", ")}${more}`;
    const message = `${plan.unknownInstances.length} instances have rollouts but no record, and are left out (${some})`;
    emit({ type: "warning", message });
  }
  emit({
    instances: plan.instances.length,
    rollouts: plan.instances.reduce((sum, { rollouts }) => sum + rollouts.length, 0),
    candidates: plan.instances.reduce((sum, { candidates }) => sum + candidates.length, 0),
    ...more,
    type: "plan",
  });
}

async function writeCard(directory: RunDirectory, card: Readonly<Record<string, unknown>>): Promise<void> {
  await directory.write("run.json", `${JSON.stringify({ schema: "bestk.run/1", ...card }, null, 2)}\n`);
}

function candidatesText(plan: Plan): string {
  const lines = plan.instances.flatMap(({ candidates }) =>
    candidates.map(
      ({ instanceId, candidateId, rolloutIds, patch, rawPatches, dropped, features }): CandidateLine => ({
        schema: "bestk.candidate/1",
        instanceId,
        candidateId,
        rolloutIds: [...rolloutIds],
        patch,
        rawPatches,
        dropped: [...dropped],
        features: { ...features, tokenHashes: [...features.tokenHashes] },
      }),
    ),
  );
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** `no-tests` is a property of the instance, and an empty or failing patch one of the rollout: none of them is missing. */
const MISSING = new Set(["infra", "model-error", "not-run", "no-trajectory", "over-context", "low-mass", "no-patch"]);

async function unavailableShare(directory: RunDirectory, scored: boolean): Promise<number> {
  const lines = await directory.evidence();
  const missing = lines.filter(({ signals }) =>
    Object.entries(signals).some(
      ([name, signal]) =>
        (scored || name !== "reward") && signal?.status === "unavailable" && MISSING.has(signal.reason),
    ),
  );
  return lines.length === 0 ? 0 : missing.length / lines.length;
}
