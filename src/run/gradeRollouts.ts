// Ground truth of rollouts: each distinct raw patch is evaluated once in its instance's environment, by the instance's own script.
import pLimit from "p-limit";
import { BestkError } from "../core/errors.js";
import { contentHash, sha256 } from "../core/hash.js";
import type { Rollout, Task } from "../core/types.js";
import { type Evaluation, evaluate } from "../grade/evaluate.js";
import { type Graded, inOrder } from "../grade/gradeLogs.js";
import { type GroundTruth, truthNamed } from "../grade/truth.js";
import { isKnown, notResolved, parserOf, unknownVerdict, type Verdict } from "../grade/verdict.js";
import { normalizePatch } from "../patch/normalise.js";
import { applyPatch, snapshotBase } from "../verify/apply.js";
import { attempt, type Machine, openMachine } from "./attempts.js";
import type { Environments, PreparedEnvironment } from "./environments.js";
import { type Emit, stopwatch } from "./events.js";
import type { RunDirectory } from "./store.js";

/** Rises when the meaning of a saved evaluation changes. */
const EVALUATION_VERSION = 1;

const LOG = "test_output.log";

export interface GradeRequest {
  readonly rollouts: readonly Pick<Rollout, "instanceId" | "rolloutId" | "patch">[];
  readonly tasks: readonly Task[];
  readonly truths: ReadonlyMap<string, GroundTruth>;
  readonly environments: Environments;
  /** Where evaluations are kept: what is there already is not done again. */
  readonly directory: RunDirectory;
  /** What else decides an evaluation, such as whether there is a network; part of the key. */
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly machine?: Machine;
  /** Sandboxes at a time. */
  readonly jobs: number;
  readonly nonce: () => string;
  readonly emit: Emit;
  /** Aborted: take no new work. */
  readonly drain: AbortSignal;
  readonly stop: AbortSignal;
}

/** A grade with the log that it was read from. */
export interface EvaluatedRollout extends Graded {
  readonly log: string | null;
}

type Evaluable = GroundTruth & { readonly evalScript: string };

/**
 * Grades in order of instance and rollout, or null if it was drained before the end: the same call goes on from there. What the
 * machine keeps from being evaluated has no verdict (`resolved` null), and is tried again next time. Throws
 * BestkError `input` for an instance without a record, without an evaluation script or with an unsupported log parser.
 */
export async function gradeRollouts(request: GradeRequest): Promise<EvaluatedRollout[] | null> {
  const { truths, tasks, emit } = request;
  const machine = request.machine ?? openMachine();
  const taskOf = new Map(tasks.map((task) => [task.instanceId, task]));
  const jobs = new Map<string, Job>();
  for (const { instanceId, rolloutId, patch } of request.rollouts) {
    const truth = evaluable(truthNamed(truths, instanceId));
    const task = taskOf.get(instanceId) as Task;
    const run = (): Promise<Evaluation> => evaluatePatch(request, machine, task, truth, patch);
    const key = keyOf(instanceId, patch);
    if (!jobs.has(key)) jobs.set(key, { instanceId, rolloutId, run });
  }
  const limit = pLimit(request.jobs);
  let done = 0;
  const results = new Map<string, Evaluation>();
  await Promise.all(
    [...jobs].map(([key, { instanceId, rolloutId, run }]) =>
      limit(async () => {
        if (request.drain.aborted) return;
        emit({ type: "graded-started", instanceId, rolloutId });
        const seconds = stopwatch();
        results.set(key, await run());
        done += 1;
        emit({ type: "graded", instanceId, rolloutId, seconds: seconds(), done, total: jobs.size });
      }),
    ),
  );
  request.stop.throwIfAborted();
  if (results.size < jobs.size) return null;
  return request.rollouts
    .map(({ instanceId, rolloutId, patch }) => {
      const { verdict, log } = results.get(keyOf(instanceId, patch)) as Evaluation;
      return { line: { schema: "bestk.grade/1" as const, instanceId, rolloutId, ...verdict }, patch, log };
    })
    .sort((a, b) => inOrder(a.line, b.line));
}

/** An evaluation, named by the first rollout that it is for. */
interface Job {
  readonly instanceId: string;
  readonly rolloutId: string;
  readonly run: () => Promise<Evaluation>;
}

function keyOf(instanceId: string, patch: string | null): string {
  return JSON.stringify([instanceId, patch]);
}

/** Checked before anything runs. */
function evaluable(truth: GroundTruth): Evaluable {
  parserOf(truth);
  const { evalScript } = truth;
  if (evalScript !== null) return { ...truth, evalScript };
  throw new BestkError(
    "input",
    `instance ${truth.instanceId}: has no evaluation script, so its rollouts can't be graded`,
    {
      hint: "evaluate them elsewhere, and grade the saved logs",
    },
  );
}

async function evaluatePatch(
  { environments, directory, conditions, nonce, emit, stop }: GradeRequest,
  machine: Machine,
  task: Task,
  truth: Evaluable,
  patch: string | null,
): Promise<Evaluation> {
  if (patch === null) return { verdict: notResolved(truth, "no patch is known", false), log: null };
  if (patch.trim() === "") return { verdict: notResolved(truth, "the patch is empty", false), log: null };
  const { instanceId } = task;
  const tell = (message: string) => emit({ type: "image", instanceId, message });
  const folder = [instanceId, sha256(patch)];
  const tried = await attempt({ instanceId, machine, emit, stop }, async (): Promise<Evaluation> => {
    const environment = await environments.prepare(task, stop, tell);
    const { sandbox: backend, limits } = environments;
    const where = { environment: environment.key, workdir: task.environment.workdir, env: task.environment.env };
    const key = contentHash({ version: EVALUATION_VERSION, truth, patch, backend, limits, conditions, ...where });
    const saved = await directory.load<Verdict>(folder, key);
    if (saved !== null) return { verdict: saved, log: (await directory.rawLogs(folder)).get(LOG) ?? null };
    const evaluation = await evaluateIn(environment, truth, patch, nonce(), stop);
    const { verdict, log } = evaluation;
    const logs = { "patch.diff": patch, ...(log === null ? {} : { [LOG]: log }) };
    // Unknown is no result: an install step that failed may succeed next time.
    if (isKnown(verdict)) await directory.save(folder, key, verdict, logs);
    return evaluation;
  });
  if (tried.ok) return tried.value;
  emit({ type: "warning", message: `${instanceId}: ${tried.error.message}` });
  return { verdict: unknownVerdict(`infra: ${tried.error.message}`), log: null };
}

async function evaluateIn(
  environment: PreparedEnvironment,
  truth: Evaluable,
  patch: string,
  secret: string,
  signal: AbortSignal,
): Promise<Evaluation> {
  await using sandbox = await environment.open(signal);
  await snapshotBase(sandbox, signal);
  // Whole, as the harness applies it; else the form that bestk verifies and submits.
  for (const text of new Set([patch, normalizePatch(patch).patch])) {
    if (text === "" || !(await applyPatch(sandbox, text, signal)).applied) continue;
    return await evaluate(sandbox, truth, secret, signal);
  }
  return { verdict: notResolved(truth, "the patch does not apply", false), log: null };
}
