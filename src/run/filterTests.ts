// Runs generated tests on base and keeps those worth running on candidates, within budgets; what was run is not run again.
import pLimit from "p-limit";
import { contentHash } from "../core/hash.js";
import { compareNatural } from "../core/order.js";
import type { GeneratedTestLine } from "../core/schemas.js";
import type { GeneratedTest, Task } from "../core/types.js";
import { scriptEndOf } from "../testgen/filter/scriptEnd.js";
import {
  type BaseRunFacts,
  type DropReason,
  FILTER_RUNS,
  type FilterJudgement,
  isSpared,
  judgeOnBase,
  type OutputRule,
  rankToKeep,
  rankToTry,
} from "../testgen/filter.js";
import { everythingOf } from "../testgen/llm/output.js";
import type { BaseTrial } from "../testgen/llm/reason.js";
import { readRunLog } from "../verify/runLog.js";
import { isFailure, type Machine, openMachine } from "./attempts.js";
import { type OpenedBase, openBase } from "./baseBench.js";
import type { Environments } from "./environments.js";
import { type Emit, stopwatch } from "./events.js";
import type { RunDirectory } from "./store.js";

/** Limits of a filter run. A test's own time limit is its share; these bound all of them together. */
export interface FilterBudget {
  /** Tests that an instance keeps. */
  readonly keep: number;
  /** Tests that are tried an instance. */
  readonly tries: number;
  /** Seconds of test runs an instance. */
  readonly instanceSeconds: number;
  /** Seconds of test runs over all instances. */
  readonly totalSeconds: number;
  /** Takes the place of longer time limits; null leaves them. */
  readonly testSeconds: number | null;
}

export const DEFAULT_BUDGET: FilterBudget = {
  keep: 20,
  tries: 100,
  instanceSeconds: 1800,
  totalSeconds: Number.POSITIVE_INFINITY,
  testSeconds: null,
};

export interface FilterRequest {
  readonly lines: readonly GeneratedTestLine[];
  readonly tasks: readonly Task[];
  readonly directory: RunDirectory;
  readonly environments: Environments;
  readonly machine?: Machine;
  readonly budget: FilterBudget;
  readonly outputs: OutputRule;
  readonly nonce: () => string;
  readonly jobs: number;
  readonly emit: Emit;
  /** Aborted: take no new work. */
  readonly drain: AbortSignal;
  readonly stop: AbortSignal;
}

export interface FilteredInstance {
  readonly instanceId: string;
  readonly given: number;
  /** Best first. */
  readonly kept: readonly GeneratedTestLine[];
  readonly dropped: readonly { readonly id: string; readonly reason: DropReason; readonly message: string }[];
  /** Of test runs, saved ones included. */
  readonly seconds: number;
}

export interface FilterResult {
  /** False if it was drained before the end. */
  readonly complete: boolean;
  /** In natural order. */
  readonly instances: readonly FilteredInstance[];
}

/** Rises when the meaning of a saved run changes. */
const VERSION = 1;
const MAX_SAID = 40_000;

export async function filterTests(request: FilterRequest): Promise<FilterResult> {
  const limit = pLimit(request.jobs);
  const machine = request.machine ?? openMachine();
  const state: State = { ...request, machine, spent: 0, done: 0 };
  const ids = [...new Set(request.lines.map(({ instanceId }) => instanceId))].sort(compareNatural);
  request.emit({ type: "plan", instances: ids.length, rollouts: 0, candidates: request.lines.length });
  const instances = await Promise.all(ids.map((id) => limit(() => filterInstance(state, id))));
  request.stop.throwIfAborted();
  const finished = instances.filter((one) => one !== null);
  return { complete: finished.length === ids.length, instances: finished };
}

interface State extends FilterRequest {
  readonly machine: Machine;
  /** Seconds of test runs so far. */
  spent: number;
  done: number;
}

/** null if it was drained before its end: what it ran is saved, and judged by the next run. */
async function filterInstance(state: State, instanceId: string): Promise<FilteredInstance | null> {
  const { budget, drain, stop } = state;
  const given = rankToTry(state.lines.filter((line) => line.instanceId === instanceId));
  const task = state.tasks.find((one) => one.instanceId === instanceId);
  const dropped: FilteredInstance["dropped"][number][] = [];
  const kept: GeneratedTestLine[] = [];
  if (drain.aborted) return null;
  const dropAll = (reason: DropReason, message: string): FilteredInstance => ({
    instanceId,
    given: given.length,
    kept: [],
    dropped: given.map(({ test }) => ({ id: test.id, reason, message })),
    seconds: 0,
  });
  if (task === undefined) return dropAll("no-record", "the instance has no record");
  let bench: OpenedBase;
  try {
    bench = await openBase(task, state, stop);
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown;
    state.emit({ type: "warning", message: `${instanceId}: ${thrown.message}` });
    return dropAll("machine", thrown.message);
  }
  let seconds = 0;
  for (const [index, given_] of given.entries()) {
    if (drain.aborted) return null;
    const line = shortened(given_, budget);
    const clock = stopwatch();
    const isOver = index >= budget.tries || seconds >= budget.instanceSeconds || state.spent >= budget.totalSeconds;
    const judged = isOver
      ? { kept: false as const, reason: "over-budget" as const, message: "the budget was spent on others" }
      : await tryLine(state, bench, task, line, (more) => {
          seconds += more;
          state.spent += more;
        });
    if (judged.kept) kept.push(judged.line);
    else dropped.push({ id: line.test.id, reason: judged.reason, message: judged.message });
    state.done += 1;
    state.emit({
      type: "generated",
      instanceId,
      test: line.test.id,
      dropped: judged.kept ? null : judged.reason,
      seconds: clock(),
      done: state.done,
      total: state.lines.length,
    });
  }
  const rough = kept.filter((line) => isSpared(line, kept, state.outputs));
  for (const { test } of rough) {
    dropped.push({ id: test.id, reason: "rough", message: "it can only ask for another output than base's" });
  }
  const ranked = rankToKeep(kept.filter((line) => !rough.includes(line)));
  for (const { test } of ranked.slice(budget.keep)) {
    dropped.push({ id: test.id, reason: "over-limit", message: `${budget.keep} better ones are kept` });
  }
  return { instanceId, given: given.length, kept: ranked.slice(0, budget.keep), dropped, seconds: Math.round(seconds) };
}

function shortened(line: GeneratedTestLine, { testSeconds }: FilterBudget): GeneratedTestLine {
  const seconds = Math.min(line.test.timeoutSeconds, testSeconds ?? Number.POSITIVE_INFINITY);
  if (seconds === line.test.timeoutSeconds) return line;
  // The test around a script has a limit of its own, so that it can still tell how it ended.
  const content = line.test.content.replace(/^SECONDS = \d+$/m, `SECONDS = ${Math.max(1, seconds - 5)}`);
  return { ...line, test: { ...line.test, content, timeoutSeconds: seconds } };
}

/** Runs a test until it is judged; every run is saved before the next one begins. */
async function tryLine(
  state: State,
  bench: OpenedBase,
  task: Task,
  line: GeneratedTestLine,
  spend: (seconds: number) => void,
): Promise<FilterJudgement> {
  const { directory, stop } = state;
  const folder = [task.instanceId, "filter", line.test.id];
  const key = keyOf(state, bench.key, task, line.test as GeneratedTest);
  const runs = [...((await directory.load<readonly BaseRunFacts[]>(folder, key)) ?? [])];
  for (const { run } of runs) spend(run.durationMs / 1000);
  const logs: Record<string, string> = {};
  let isStarted = false;
  for (;;) {
    const judged = judgeOnBase(line, runs, task.issue);
    if (judged !== null) return judged;
    if (!isStarted) state.emit({ type: "generated-started", instanceId: task.instanceId, test: line.test.id });
    isStarted = true;
    try {
      const trial = await bench.trial(line.test as GeneratedTest, stop);
      runs.push(factsOf(trial));
      logs[`${runs.length}.log`] = trial.log;
      spend(trial.run.durationMs / 1000);
    } catch (thrown) {
      if (!isFailure(thrown)) throw thrown;
      return { kept: false, reason: "machine", message: thrown.message };
    }
    await directory.save(folder, key, runs, logs);
  }
}

function keyOf(state: State, environment: string, task: Task, test: GeneratedTest): string {
  const { id, path, content, runner, command, timeoutSeconds } = test;
  const { sandbox, limits } = state.environments;
  const { workdir, env } = task.environment;
  const where = { environment, sandbox, limits, workdir, env, baseCommit: task.baseCommit };
  return contentHash({
    version: VERSION,
    runs: FILTER_RUNS,
    ...where,
    id,
    path,
    content,
    runner,
    command,
    timeoutSeconds,
  });
}

function factsOf({ run, log, changed, workdir }: BaseTrial): BaseRunFacts {
  const said = everythingOf(log, workdir);
  const cut = said.length > MAX_SAID ? `${said.slice(0, MAX_SAID / 2)}\n…\n${said.slice(-MAX_SAID / 2)}` : said;
  return { run, changed, said: cut, script: scriptEndOf(readRunLog(log)?.stdout ?? "") };
}
