// What an instance's candidates need before the first of them runs: its image, its choice of tests, and what base does with them.
import type { Amount } from "../core/cost.js";
import { contentHash } from "../core/hash.js";
import type { Task } from "../core/types.js";
import { isPlainBase } from "../verify/baseOnce.js";
import { BASE_RUNS, type BaseMeasurement, measureBase, type TreeRuns } from "../verify/execution.js";
import { listTree } from "../verify/listTree.js";
import { editedFiles, isSelectable, selectTests, type TestSelection } from "../verify/selectTests.js";
import { reproductionTests, stableTests } from "../verify/signals.js";
import { type FileTrial, needsTrial, tryFiles } from "../verify/slowFiles.js";
import type { Machine } from "./attempts.js";
import { type CostSheet, meter, sumOf } from "./costs.js";
import type { Environments, PreparedEnvironment } from "./environments.js";
import { type Emit, stopwatch } from "./events.js";
import { type FailedInstance, failedInstance, must, NotMeasured } from "./giveUp.js";
import { readyEnvironment } from "./scheduleEnvironment.js";
import type { Opener } from "./scheduleOpener.js";
import type { Pace } from "./schedulePace.js";
import type { RunDirectory } from "./store.js";

/** Rises when the meaning of a saved result changes, so that old ones are not taken for new. */
const VERDICT_VERSION = 8;

export interface WorkOptions {
  readonly directory: RunDirectory;
  readonly environments: Environments;
  readonly machine: Machine;
  readonly nonce: () => string;
  readonly emit: Emit;
  readonly stop: AbortSignal;
  /** What is asked of the machine at a time, opening ahead included; absent: nothing is opened ahead. */
  readonly pace?: Pace;
  /** Candidates whose sandboxes are opened ahead while base runs; default all. */
  readonly firstCandidates?: number;
  /** Told of what each piece of work took. */
  readonly costs?: CostSheet;
}

/** An environment whose sandboxes are opened ahead; to be disposed when no more are asked for. */
export interface ReadyEnvironment extends PreparedEnvironment, Opener {}

/** Which regression tests were run, as evidence says it. */
export interface ChosenTests {
  readonly rule: TestSelection["rule"];
  readonly files: number;
  /** Test files there were to choose from; null where the instance names its own. */
  readonly considered: number | null;
  /** Why each was taken, by path; for `related` alone, where they are few. */
  readonly why: Readonly<Record<string, string>>;
  /** Files that base can't run in time or can't load, by path. */
  readonly leftOut: Readonly<Record<string, string>>;
  readonly note: string;
}

/** An instance whose image is made and whose base was measured. */
export interface ReadyInstance {
  /** With the test files that were chosen. */
  readonly task: Task;
  readonly environment: ReadyEnvironment;
  /** Run once where that is enough for the time being (`once`), else `BASE_RUNS` times. */
  readonly base: BaseMeasurement;
  /** Key of the saved base that verdicts are relative to. */
  readonly baseKey: string;
  /** null where there are no regression tests. */
  readonly tests: ChosenTests | null;
}

/** How often base runs: until nothing is open, until nothing but flaky tests is (`isPlainBase`), or not at all. */
type BaseRuns = "whole" | "once" | "saved";

/**
 * Prepares an instance for the candidates with these patches. What trying again can't mend is its failure alone. `once`: base's
 * second run is left for `withWholeBase` where the first one is plain.
 */
export async function readyInstance(
  task: Task,
  patches: readonly string[],
  options: WorkOptions,
  baseRuns: Exclude<BaseRuns, "saved"> = "whole",
): Promise<ReadyInstance | FailedInstance> {
  try {
    const ready = await prepareAndMeasure(task, patches, options, baseRuns);
    warnOfUselessTests(ready, options.emit);
    return ready;
  } catch (thrown) {
    return failedInstance(thrown, task, options);
  }
}

/** Whether flaky tests of base are not known yet. */
export function isBaseOpen({ base }: ReadyInstance): boolean {
  return base.runs.length < BASE_RUNS;
}

/** The same instance with all runs of base; it keeps its environment. */
export async function withWholeBase(
  ready: ReadyInstance,
  options: WorkOptions,
): Promise<ReadyInstance | FailedInstance> {
  try {
    return await measured(ready, ready.environment, options, "whole");
  } catch (thrown) {
    return failedInstance(thrown, ready.task, options);
  }
}

/** The same as far as earlier runs in this directory measured it, without running a test; null if they didn't. */
export async function savedInstance(
  task: Task,
  patches: readonly string[],
  options: WorkOptions,
): Promise<ReadyInstance | FailedInstance | null> {
  try {
    return await prepareAndMeasure(task, patches, options, "saved");
  } catch (thrown) {
    return thrown instanceof NotMeasured ? null : failedInstance(thrown, task, options);
  }
}

async function prepareAndMeasure(
  task: Task,
  patches: readonly string[],
  options: WorkOptions,
  baseRuns: BaseRuns,
): Promise<ReadyInstance> {
  const environment = await readyEnvironment(task, options, (job) => must(task.instanceId, "image", options, job));
  try {
    const chosen = await chooseTests(task, patches, environment, options);
    const candidates = Math.min(patches.length, options.firstCandidates ?? patches.length);
    if (baseRuns !== "saved") environment.expect((baseRuns === "once" ? 1 : BASE_RUNS) + candidates);
    return await measured(chosen, environment, options, baseRuns);
  } catch (thrown) {
    await environment[Symbol.asyncDispose]();
    throw thrown;
  }
}

async function measured(
  chosen: Chosen,
  environment: ReadyEnvironment,
  options: WorkOptions,
  baseRuns: BaseRuns,
): Promise<ReadyInstance> {
  const { task, tests } = chosen;
  const found = await baseOf(task, "base", environment, options, baseRuns);
  if (!needsTrial(task, found.base)) return { environment, task, tests, ...found };
  const fewer = await withoutSlowFiles(chosen, environment, options);
  if (fewer === null) return { environment, task, tests, ...found };
  return {
    environment,
    ...fewer,
    ...(await baseOf(fewer.task, "base-without-slow-files", environment, options, baseRuns)),
  };
}

/** Tests that can't tell anything are a mistake in the instance more often than not, and would pass in silence. */
function warnOfUselessTests({ task, base }: ReadyInstance, emit: Emit): void {
  const { instanceId, regression, generated } = task;
  const see = `check runner, command and set-up (logs/${instanceId}/base has the output)`;
  const suite = base.runs.flatMap((tree) => (tree.regression === null ? [] : [tree.regression]));
  if (regression !== null && stableTests(suite).length === 0) {
    emit({ type: "warning", message: `${instanceId}: no regression test passes on base: ${see}` });
  }
  const fails = generated.filter(
    ({ id }) => reproductionTests(base.runs.flatMap((tree) => tree.generated[id] ?? [])).length > 0,
  );
  if (generated.length > 0 && fails.length === 0) {
    emit({
      type: "warning",
      message: `${instanceId}: none of ${generated.length} generated tests fails on base: ${see}`,
    });
  }
}

/** Content address of a result: what the sandbox holds, tests, limits, and how results are read. */
export function keyOf(task: Task, what: string, environment: PreparedEnvironment, environments: Environments): string {
  const { regression, generated, baseCommit } = task;
  const { workdir, env } = task.environment;
  const { sandbox, limits } = environments;
  const where = { environment: environment.key, baseCommit, workdir, env, sandbox, limits };
  // Where a test came from decides nothing about what it says.
  const tests = { regression, generated: generated.map(({ source: _source, writtenBy: _writtenBy, ...test }) => test) };
  return contentHash({ version: VERDICT_VERSION, baseRuns: BASE_RUNS, candidateId: what, ...where, ...tests });
}

interface Chosen {
  readonly task: Task;
  readonly tests: ChosenTests | null;
}

async function chooseTests(
  task: Task,
  patches: readonly string[],
  environment: PreparedEnvironment,
  options: WorkOptions,
): Promise<Chosen> {
  const { regression } = task;
  if (regression === null) return { task, tests: null };
  const { select: wanted = "files", ...suite } = regression;
  const nothing = { considered: null, why: {}, leftOut: {} };
  const own = { rule: "files", files: suite.files.length, ...nothing } as const;
  const unchanged = { ...task, regression: suite };
  if (wanted === "files") return { task: unchanged, tests: { ...own, note: "" } };
  if (!isSelectable(suite)) {
    const note = `the command takes no {files}, so "${wanted}" can't be followed`;
    return { task: unchanged, tests: { ...own, note } };
  }
  const edited = wanted === "related" ? editedFiles(patches) : [];
  const key = contentHash({ version: VERDICT_VERSION, environment: environment.key, suite, wanted, edited });
  const folder = [task.instanceId, "selection"];
  const saved = await options.directory.load<TestSelection>(folder, key);
  const selection =
    saved ??
    (await must(task.instanceId, "base", options, async () => {
      await using sandbox = await environment.open(options.stop);
      return selectTests(wanted, suite.runner, await listTree(sandbox, options.stop), edited);
    }));
  if (saved === null) await options.directory.save(folder, key, selection, {});
  const { rule, considered, note } = selection;
  const files = selection.files.map(({ path }) => path);
  if (files.length === 0) {
    const why = `the repository has no test file that ${suite.runner} takes`;
    return { task: unchanged, tests: { ...own, note: `${why}: the instance's own are run` } };
  }
  const why = rule === "related" ? Object.fromEntries(selection.files.map(({ path, why }) => [path, why])) : {};
  const tests = { rule, files: files.length, considered, why, leftOut: {}, note };
  return { task: { ...task, regression: { ...suite, files } }, tests };
}

async function baseOf(
  task: Task,
  folder: string,
  environment: PreparedEnvironment,
  options: WorkOptions,
  baseRuns: BaseRuns,
): Promise<{ base: BaseMeasurement; baseKey: string }> {
  const { instanceId } = task;
  const { directory, environments, nonce, emit, stop } = options;
  const baseKey = keyOf(task, folder, environment, environments);
  const saved = await directory.load<SavedBase>([instanceId, folder], baseKey);
  const before = saved?.runs ?? [];
  const isEnough = (first: TreeRuns): boolean => baseRuns !== "whole" && isPlainBase(first);
  const [first] = before;
  if (saved !== null && first !== undefined && (before.length >= BASE_RUNS || isEnough(first))) {
    options.costs?.base(instanceId, folder, before, saved.used);
    emit({ type: "base", instanceId, cached: true, seconds: 0 });
    return { base: saved, baseKey };
  }
  if (baseRuns === "saved") throw new NotMeasured(instanceId);
  emit({ type: "base-started", instanceId });
  const seconds = stopwatch();
  const metered = meter(environment.open);
  const context = { open: metered.open, nonce };
  const wanted = { before, ...(baseRuns === "once" ? { isEnough } : {}) };
  const { base, logs } = await must(instanceId, "base", options, () => measureBase(task, context, stop, wanted));
  const used = sumOf(metered.used(), ...(saved?.used === undefined ? [] : [saved.used]));
  await directory.save([instanceId, folder], baseKey, { ...base, used }, logs);
  options.costs?.base(instanceId, folder, base.runs, used);
  emit({ type: "base", instanceId, cached: false, seconds: seconds() });
  return { base, baseKey };
}

type SavedBase = BaseMeasurement & { readonly used?: Amount };

/** null if none of the files can be run, or all: then base stays as it was measured. */
async function withoutSlowFiles(
  { task, tests }: Chosen,
  environment: PreparedEnvironment,
  options: WorkOptions,
): Promise<Chosen | null> {
  const { directory, environments, nonce, stop } = options;
  const { instanceId, regression } = task;
  if (regression === null || tests === null) return null;
  const key = keyOf(task, "trial", environment, environments);
  const folder = [instanceId, "trial"];
  let trial = await directory.load<FileTrial>(folder, key);
  if (trial === null) {
    const context = { open: environment.open, nonce };
    const tried = await must(instanceId, "base", options, () => tryFiles(task, context, stop));
    trial = tried.trial;
    await directory.save(folder, key, trial, tried.logs);
  }
  const { kept, leftOut } = trial;
  if (kept.length === 0 || leftOut.length === 0) return null;
  const reasons = Object.fromEntries(leftOut.map(({ path, why }) => [path, why]));
  return {
    task: { ...task, regression: { ...regression, files: kept } },
    tests: { ...tests, files: kept.length, leftOut: reasons },
  };
}
