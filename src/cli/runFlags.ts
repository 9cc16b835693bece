// What the verbs that run tests share: their flags, and how flags become a request to the run floor.
import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { BestkError } from "../core/errors.js";
import { didYouMean } from "../core/nearest.js";
import type { RunPlan } from "../core/schemas/plans.js";
import type { Task } from "../core/types.js";
import type { RewardModel } from "../reward/model.js";
import { FORMATS, type FormatName } from "../rollouts/adapter.js";
import { loadGeneratedTests, withGeneratedTests } from "../rollouts/generatedTests.js";
import { loadTasks } from "../rollouts/instances.js";
import { openAggregator } from "../run/aggregators.js";
import type { Environments } from "../run/environments.js";
import { announce, executeRun, loadForRun, type RunRequest, type RunResult } from "../run/execute.js";
import type { InstanceFilter } from "../run/filter.js";
import { forecastRun } from "../run/forecast.js";
import { makePlan } from "../run/plan.js";
import { withRegressionRule } from "../run/regressionRule.js";
import { parseShard, type Shard, shardOf } from "../run/scheduleShards.js";
import { runnerNamed } from "../verify/runners.js";
import { addLimitOptions, type LimitFlags, limitsOf, size } from "./limits.js";
import { interrupted, longWork } from "./longWork.js";
import { addScaffoldOption, collect, type GlobalOptions, share, wholeNumber } from "./options.js";
import { planDocument, planLines, planText } from "./planText.js";
import { openModel } from "./rewardModel.js";
import { reportOfRun } from "./runReport.js";
import { openEnvironments } from "./sandboxes.js";
import { tellPassedOver, tellSkipped } from "./skipped.js";
import { clean } from "./table.js";
import type { Terminal } from "./terminal.js";
import { bestkVersion } from "./version.js";

export interface RunFlags extends GlobalOptions, LimitFlags {
  readonly instances?: readonly string[];
  readonly run: string;
  readonly sandbox: string;
  readonly aggregator: string;
  readonly rawPatch?: boolean;
  /** Absent: the verb has no choice, and runs everything. */
  readonly eager?: boolean;
  /** Of a choice being another one because of what is left out. */
  readonly risk?: number;
  readonly model?: string;
  readonly maxUnavailable: number;
  readonly regression?: string;
  readonly generated?: readonly string[];
  /** Seconds. */
  readonly testTimeout?: number;
  /** Bytes. */
  readonly imageDisk?: number;
  readonly shard?: Shard;
}

export const DEFAULT_RUN = "bestk-run";

export function addRunFlags(command: Command): Command {
  const withFlags = addScaffoldOption(command)
    .argument("<rollouts...>", "files, folders or globs of a known format, plain or gzipped")
    .option("--instances <file>", "instance records (several files, or repeated)", collect)
    .option("--run <dir>", "run directory; the same command again goes on from there", DEFAULT_RUN)
    .option("--sandbox <name>", "where candidates run: docker, or process for suites you trust", "docker")
    .option("--regression <rule>", "regression tests: files (as the instances say), all, related, or files:<list>")
    .option("--generated <file>", "generated tests that `bestk testgen` wrote (may be repeated)", collect)
    .option("--max-unavailable <share>", "exit 4 if a larger share of the evidence is missing", share, 1)
    .option("--test-timeout <s>", "time limit of each test command, in place of the instances' own", wholeNumber(1))
    .option("--image-disk <size>", "what images may take; beyond it bestk removes those that it made or fetched", size)
    .option(
      "--shard <i/n>",
      "only this machine's share of the instances, each image on one (then bestk merge)",
      parseShard,
    );
  return addLimitOptions(withFlags);
}

/** What a verb asks for beyond its flags. */
export interface RunIntent {
  readonly paths: readonly string[];
  readonly flags: RunFlags;
  readonly scored: boolean;
  readonly terminal: Terminal;
  /** Words that make the same command go on from here, where its folder was made up. */
  readonly more?: readonly string[];
  /** What one run of an instance's tests takes, for the forecast before any was timed. */
  readonly assumedSeconds?: number;
}

/** Loads, plans and runs. Returns null for `--dry-run`. */
export async function runFromFlags(intent: RunIntent): Promise<RunResult | null> {
  const { flags, terminal, more } = intent;
  const aggregator = openAggregator(flags.aggregator);
  const tasks = await tasksOf(flags, terminal);
  const work = {
    terminal,
    events: flags.events,
    inFlight: "the work in flight",
    left: "what was done is kept",
    ...(more === undefined ? {} : { more }),
  };
  return longWork(work, async ({ emit, drain, stop }) => {
    const environments = await environmentsOf(flags, terminal, stop);
    await using model = intent.scored ? await openModel(flags.model) : null;
    const scaffold = scaffoldNamed(flags.scaffold);
    const loaded = await loadForRun({
      paths: intent.paths,
      tasks,
      model,
      skipBad: flags.skipBad === true,
      signal: drain,
      ...(scaffold === undefined ? {} : { scaffold }),
      ...(flags.only === undefined ? {} : { only: flags.only }),
      ...(flags.dryRun === true ? {} : { keepIn: flags.run }),
    });
    tellSkipped(terminal, loaded.problems);
    tellPassedOver(terminal, loaded.files);
    const filter = { ...(flags.only ? { only: flags.only } : {}), ...(flags.limit ? { limit: flags.limit } : {}) };
    const plan = shardOf(makePlan(tasks, loaded.rollouts, filter), flags.shard);
    if (plan.instances.length === 0) {
      terminal.note(`shard ${flags.shard?.index} of ${flags.shard?.count} has no instances`);
      return null;
    }
    const { jobs, run, sandbox } = flags;
    const assumed = intent.assumedSeconds === undefined ? {} : { assumedSeconds: intent.assumedSeconds };
    const forecast = await forecastRun({ plan, runPath: run, environments, model, jobs, signal: stop, ...assumed });
    const document = planDocument(forecast, { run, sandbox, jobs, engineAnswered: environments !== null });
    const planned = plannedFigures(document);
    for (const line of planLines(document, isLazy(intent))) terminal.note(line);
    if (flags.dryRun === true || environments === null) {
      announce(plan, emit, planned);
      terminal.data(document);
      terminal.result(planText(document, isLazy(intent), terminal.verbose));
      return null;
    }
    const card = cardOf(intent, environments, model, aggregator.name, filter);
    const nonce = (): string => randomUUID().replaceAll("-", "");
    const lazy = isLazy(intent);
    const parts = {
      tasks,
      loaded,
      filter,
      plan,
      planned,
      runPath: run,
      environments,
      model,
      aggregator,
      lazy,
      ...(flags.risk === undefined ? {} : { risk: flags.risk }),
      card,
      jobs,
    };
    const result = await executeRun({ ...parts, rawPatch: flags.rawPatch === true, nonce, emit, drain, stop });
    if (!result.complete) throw interrupted(work);
    await reportOfRun(run, aggregator.name, terminal, stop);
    return result;
  });
}

/** null where a plan is all that is asked for and the engine doesn't answer: then it says so. */
async function environmentsOf(flags: RunFlags, terminal: Terminal, stop: AbortSignal): Promise<Environments | null> {
  const { imageDisk } = flags;
  const budget = imageDisk === undefined ? {} : { imageBytes: imageDisk };
  const choice = { limits: limitsOf(flags), look: flags.dryRun === true, ...budget };
  try {
    return await openEnvironments(flags.sandbox, terminal, stop, choice);
  } catch (thrown) {
    if (flags.dryRun !== true || !(thrown instanceof BestkError) || thrown.code !== "prerequisite") throw thrown;
    terminal.warn(`${thrown.message}: a run would fail`);
    return null;
  }
}

function cardOf(
  { flags, paths, scored }: RunIntent,
  { limits }: Environments,
  model: RewardModel | null,
  aggregator: string,
  filter: InstanceFilter,
): Readonly<Record<string, unknown>> {
  return {
    bestk: bestkVersion(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    rollouts: paths,
    instances: flags.instances,
    ...(flags.generated === undefined ? {} : { generated: flags.generated }),
    sandbox: flags.sandbox,
    limits,
    ...(flags.testTimeout === undefined ? {} : { testTimeout: flags.testTimeout }),
    aggregator,
    rawPatch: flags.rawPatch === true,
    lazy: isLazy({ flags, scored }),
    ...(flags.risk === undefined || flags.risk === 0 ? {} : { risk: flags.risk }),
    regression: flags.regression ?? null,
    model: model === null ? null : { name: model.name, key: model.key },
    seed: flags.seed,
    jobs: flags.jobs,
    filter,
    ...(flags.shard === undefined ? {} : { shard: flags.shard }),
  };
}

/** `verify` makes evidence for studies: of everything. */
function isLazy({ flags, scored }: Pick<RunIntent, "flags" | "scored">): boolean {
  return scored && flags.eager === false;
}

function plannedFigures({ jobs, verdicts, rewards, time }: RunPlan): NonNullable<RunRequest["planned"]> {
  return {
    jobs,
    cachedCandidates: verdicts.cached,
    ...(rewards === null ? {} : { scored: rewards.toScore + rewards.cached, cachedRewards: rewards.cached }),
    estimatedSeconds: time.seconds,
  };
}

/** The instances with the tests and limits that the flags ask for; unknown runners are told before anything is read. */
async function tasksOf(flags: RunFlags, terminal: Terminal): Promise<readonly Task[]> {
  if (flags.instances === undefined) {
    throw new BestkError("usage", "--instances is missing: tests need to know the repository of each instance", {
      hint: "give instance records with --instances FILE",
    });
  }
  const instances = withRegressionRule(await loadTasks(flags.instances), flags.regression);
  const all = await tasksWithGenerated(instances, flags.generated, terminal);
  const tasks =
    flags.testTimeout === undefined ? all : all.map((task) => withTimeout(task, flags.testTimeout as number));
  for (const { regression, generated } of tasks) {
    for (const test of [...(regression === null ? [] : [regression]), ...generated]) runnerNamed(test.runner);
  }
  const withSetup = tasks.filter(({ environment }) => environment.setup.length > 0).length;
  if (flags.sandbox === "process" && withSetup > 0) {
    terminal.warn(`${withSetup} instances have set-up commands, which the process sandbox does not run`);
  }
  return tasks;
}

function withTimeout(task: Task, timeoutSeconds: number): Task {
  const { regression, generated } = task;
  return {
    ...task,
    regression: regression === null ? null : { ...regression, timeoutSeconds },
    generated: generated.map((test) => ({ ...test, timeoutSeconds })),
  };
}

/** Tests that belong to no given instance are said: ids that don't match would otherwise run nothing in silence. */
async function tasksWithGenerated(
  instances: readonly Task[],
  files: readonly string[] | undefined,
  terminal: Terminal,
): Promise<readonly Task[]> {
  if (files === undefined) return instances;
  const tests = await loadGeneratedTests(files);
  const { tasks, unknownInstances } = withGeneratedTests(instances, tests);
  const [first] = unknownInstances;
  if (tests.size === 0) terminal.warn(`--generated: no tests in ${files.join(", ")}`);
  else if (first !== undefined) {
    const count = unknownInstances.length;
    terminal.warn(
      `--generated: ${count} of ${tests.size} instances have no record, and are left out (${clean(first)} …)`,
    );
  }
  return tasks;
}

/** A forced format, or undefined. Throws BestkError `usage` for an unknown name. */
export function scaffoldNamed(name: string | undefined): FormatName | undefined {
  if (name === undefined) return undefined;
  const known = FORMATS.find((format) => format === name);
  if (known !== undefined) return known;
  throw new BestkError("usage", `--scaffold ${name}: unknown format`, { hint: didYouMean(name, FORMATS) });
}

/** 4 if more evidence is missing than allowed. */
export function exitCodeOf(result: RunResult, flags: RunFlags, terminal: Terminal): number {
  if (result.unavailable <= flags.maxUnavailable) return 0;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  terminal.warn(
    `${percent(result.unavailable)} of the evidence is unavailable, more than ${percent(flags.maxUnavailable)}`,
  );
  return 4;
}
