// The execution-based verifier: base first, then a candidate in a fresh sandbox, and signals relative to base.
import { type Signals, unavailable } from "../core/signal.js";
import type { GeneratedTest, Task, TestOutcome } from "../core/types.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { type ApplyStrategy, applyPatch, snapshotBase } from "./apply.js";
import { type GeneratedPlan, groupable, type RunsById, runGenerated, type Together } from "./generatedRuns.js";
import { keepTree } from "./keptTree.js";
import { type Changes, protectTests } from "./protect.js";
import {
  flakyTests,
  type GeneratedRuns,
  type GeneratedVerdict,
  generatedOutcomes,
  newFailures,
  outcomeIn,
  passedAgain,
  passedReproductions,
  type Rerun,
  regressionSignal,
  reproductionSignal,
  reproductionTests,
  stableTests,
} from "./signals.js";
import { runTests, type TestRun } from "./testRun.js";

/** Times the base commit runs the tests: what changes by itself is flaky and can't count against a candidate. */
export const BASE_RUNS = 2;

export const REGRESSION_LOG = "regression.log";

/** What verification needs from outside. */
export interface ExecutionContext {
  /** A fresh copy of the instance's repository at base. Throws SandboxError if the machine fails. */
  readonly open: (signal: AbortSignal) => Promise<Sandbox>;
  /** An unguessable word, new at each call. */
  readonly nonce: () => string;
  /** Asked of a candidate between its regression tests and its generated ones: false leaves those out. Absent: true. */
  readonly goesOn?: (regression: TestRun) => boolean;
}

/** Raw logs by file name. */
export type Logs = Readonly<Record<string, string>>;

/** All test runs of one tree. `regression` is null where the instance names no suite. */
export interface TreeRuns {
  readonly regression: TestRun | null;
  readonly generated: RunsById;
  /** Generated tests that ran in one command. */
  readonly together?: readonly Together[];
  /** Of base's first run, if no second one was to follow: ids of generated tests that one command can run. */
  readonly groups?: readonly (readonly string[])[];
}

/** The base commit's runs, one a fresh sandbox; fewer than `BASE_RUNS` as long as more could decide nothing (`baseOnce`). */
export interface BaseMeasurement {
  readonly runs: readonly TreeRuns[];
}

/** Verdict on one candidate, as saved in the run directory. */
export interface ExecutionVerdict {
  readonly signals: Pick<Signals, "regression" | "reproduction">;
  /** null where the patch did not apply. */
  readonly applied: ApplyStrategy | null;
  readonly regression: {
    readonly tests: number;
    /** Those that count: flaky ones are left out. */
    readonly newFailures: readonly string[];
    /** Tests that changed by themselves on base. */
    readonly flaky: readonly string[];
    /** Tests that failed on this candidate and then passed, with nothing changed. */
    readonly passedAgain: readonly string[];
    /** Outcome of every test that says something else than `passed` does: of new failures, and of flaky ones. */
    readonly outcomes: Readonly<Record<string, TestOutcome>>;
  };
  readonly reproduction: {
    readonly tests: number;
    readonly passed: readonly string[];
    readonly failed: readonly string[];
  };
  /** Every test of the generated ones, with what it said on base. */
  readonly generated: readonly GeneratedVerdict[];
  readonly runs: TreeRuns;
  /** Further runs of the regression tests, made where the first one differed from base. */
  readonly reruns: readonly Rerun[];
}

/** What else decides a verdict, beside base and the candidate's runs. */
export interface Grading {
  readonly reruns: readonly Rerun[];
  /** Tests that changed by themselves on another candidate of the instance. */
  readonly quarantined: readonly string[];
}

/** What base's runs are wanted for. */
export interface BaseWanted {
  /** Runs that were made before. */
  readonly before?: readonly TreeRuns[];
  /** Whether this first run is enough for the time being; absent: all runs are made. */
  readonly isEnough?: (first: TreeRuns) => boolean;
}

/** Goes on from the runs that were made before; logs are of new ones. */
export async function measureBase(
  task: Task,
  context: ExecutionContext,
  signal: AbortSignal,
  { before = [], isEnough }: BaseWanted = {},
): Promise<{ base: BaseMeasurement; logs: Logs }> {
  const runs: TreeRuns[] = [...before];
  const logs: Record<string, string> = {};
  for (let i = runs.length; i < BASE_RUNS; i++) {
    const [first] = runs;
    if (first !== undefined && isEnough?.(first) === true) break;
    await using sandbox = await context.open(signal);
    await snapshotBase(sandbox, signal);
    const known = { base: runs, changes: null, isLast: i === 0 && isEnough !== undefined };
    const measured = await runTree(task, sandbox, known, context, signal);
    runs.push(measured.runs);
    for (const [name, text] of Object.entries(measured.logs)) logs[`${i + 1}.${name}`] = text;
  }
  return { base: { runs }, logs };
}

/** Applies a non-empty normalised patch in a fresh sandbox, puts the test files in place after it, runs and grades. */
export async function verifyCandidate(
  task: Task,
  patch: string,
  base: BaseMeasurement,
  context: ExecutionContext,
  signal: AbortSignal,
): Promise<{ verdict: ExecutionVerdict; logs: Logs }> {
  await using sandbox = await context.open(signal);
  await snapshotBase(sandbox, signal);
  const applied = await applyPatch(sandbox, patch, signal);
  if (!applied.applied) {
    const { refused, attempts } = applied;
    const apply = attempts.map(({ strategy, output }) => `[${strategy}]\n${output}`).join("\n");
    return { verdict: notAppliedVerdict(refused), logs: { "apply.log": refused ?? apply } };
  }
  const known = { base: base.runs, changes: applied.changes };
  const { runs, logs } = await runTree(task, sandbox, known, context, signal);
  return { verdict: gradeRuns(task, base, runs, applied.strategy), logs };
}

/** Signals and figures from recorded runs: pure, so that saved runs can be graded again without a sandbox. */
export function gradeRuns(
  task: { readonly regression: unknown; readonly generated: readonly { readonly id: string }[] },
  base: BaseMeasurement,
  runs: TreeRuns,
  applied: ApplyStrategy,
  { reruns, quarantined }: Grading = { reruns: [], quarantined: [] },
): ExecutionVerdict {
  const baseRegression = base.runs.flatMap((tree) => (tree.regression === null ? [] : [tree.regression]));
  const generated = task.generated.flatMap((test): GeneratedRuns[] => {
    const run = runs.generated[test.id];
    const baseRuns = base.runs.flatMap((tree) => tree.generated[test.id] ?? []);
    return run === undefined || baseRuns.length === 0 ? [] : [{ id: test.id, base: baseRuns, run }];
  });
  const named = (of: (runs: GeneratedRuns) => readonly string[]) =>
    generated.flatMap((test) => of(test).map((id) => `${test.id}::${id}`));
  const passed = named((test) => passedReproductions(test.base, test.run));
  const all = named((test) => reproductionTests(test.base));
  const again = runs.regression === null ? [] : passedAgain(baseRegression, runs.regression, reruns);
  const excused = new Set([...again, ...quarantined]);
  return {
    signals: {
      regression: regressionSignal(task.regression === null ? null : baseRegression, runs.regression, excused),
      reproduction: reproductionSignal(generated),
    },
    applied,
    regression: regressionFigures(baseRegression, runs.regression, again, excused),
    reproduction: { tests: all.length, passed, failed: all.filter((id) => !passed.includes(id)) },
    generated: generated.flatMap(generatedOutcomes),
    runs,
    reruns,
  };
}

function regressionFigures(
  base: readonly TestRun[],
  run: TestRun | null,
  again: readonly string[],
  excused: ReadonlySet<string>,
): ExecutionVerdict["regression"] {
  const flaky = flakyTests(base);
  const all = run === null ? [] : newFailures(base, run);
  const outcomes = new Map<string, TestOutcome>(flaky.map((id) => [id, "flaky"]));
  for (const id of all) outcomes.set(id, excused.has(id) || run === null ? "flaky" : outcomeIn(run, id));
  return {
    tests: stableTests(base).length,
    newFailures: all.filter((id) => !excused.has(id)),
    flaky,
    passedAgain: again,
    outcomes: Object.fromEntries([...outcomes].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** What is known before a tree runs: base's runs so far, and what a candidate changed; null on base itself. */
interface Known {
  readonly base: readonly TreeRuns[];
  readonly changes: Changes | null;
  /** Of base's first run: candidates may follow before its second. */
  readonly isLast?: boolean;
}

async function runTree(
  task: Task,
  sandbox: Sandbox,
  known: Known,
  context: ExecutionContext,
  signal: AbortSignal,
): Promise<{ runs: TreeRuns; logs: Logs }> {
  // Where base itself disagrees with canaries, the suite is of a kind that they don't fit.
  const fits = (of: (tree: TreeRuns) => TestRun | null | undefined): boolean =>
    known.changes === null || known.base.every((tree) => (of(tree)?.tampered ?? null) === null);
  const logs: Record<string, string> = {};
  let regression: TestRun | null = null;
  if (task.regression !== null) await protectTests(sandbox, task.regression.files, true, signal);
  const own = task.generated.map(({ path }) => path);
  if (own.length > 0) await keepTree(sandbox, own, signal);
  if (task.regression !== null) {
    const { run, log } = await runTests(
      sandbox,
      task.regression,
      context.nonce(),
      signal,
      fits((tree) => tree.regression),
    );
    regression = run;
    logs[REGRESSION_LOG] = log;
  }
  const stops = known.changes !== null && regression !== null && context.goesOn?.(regression) === false;
  if (task.generated.length === 0 || stops) return { runs: { regression, generated: {} }, logs };
  // Placed after the regression run, so that a command that collects every test doesn't run them too.
  await sandbox.writeFiles(
    task.generated.map(({ path, content }) => ({ path, content })),
    signal,
  );
  await protectTests(sandbox, own, false, signal);
  const plan = {
    ...groupsOf(task.generated, known),
    fits: (id: string) => fits((tree) => tree.generated[id]),
    before: known.changes,
    ranBefore: regression !== null,
  };
  const done = await runGenerated(sandbox, task.generated, plan, { nonce: context.nonce, signal });
  const together = done.together.length === 0 ? {} : { together: done.together };
  const groups = plan.triesGroups ? { groups: done.groups } : {};
  return { runs: { regression, generated: done.runs, ...together, ...groups }, logs: { ...logs, ...done.logs } };
}

/** Base finds out which tests one command can run, each having run by itself first; a candidate does as base could. */
function groupsOf(
  tests: readonly GeneratedTest[],
  { base, changes, isLast = false }: Known,
): Pick<GeneratedPlan, "groups" | "alone" | "mustAgree" | "triesGroups" | "limitOf"> {
  const [first] = base;
  const alone = first?.generated ?? {};
  const named = (groups: readonly (readonly string[])[]) =>
    groups.map((ids) => tests.filter(({ id }) => ids.includes(id))).filter((group) => group.length > 1);
  const longest = (group: readonly GeneratedTest[]): number => Math.max(...group.map((test) => test.timeoutSeconds));
  if (changes === null) {
    const groups = first?.groups === undefined ? groupable(tests, alone) : named(first.groups);
    return { groups, alone, mustAgree: true, triesGroups: isLast, limitOf: longest };
  }
  const last = base.at(-1);
  const onBase = (group: readonly GeneratedTest[]): number =>
    group.reduce((sum, { id }) => sum + (last?.generated[id]?.durationMs ?? 0), 0) / 1000;
  return {
    groups: named(last?.groups ?? (last?.together ?? []).map(({ ids }) => ids)),
    alone,
    mustAgree: false,
    triesGroups: false,
    // A candidate that hangs is found out early: each test then gets its own limit.
    limitOf: (group) => Math.min(longest(group), 10 + 5 * onBase(group)),
  };
}

function notAppliedVerdict(refused: string | null): ExecutionVerdict {
  const message = refused === null ? "the patch applies in none of the known ways" : `the patch is refused: ${refused}`;
  const reason = unavailable("patch-failed", message);
  return {
    signals: { regression: reason, reproduction: reason },
    applied: null,
    regression: { tests: 0, newFailures: [], flaky: [], passedAgain: [], outcomes: {} },
    reproduction: { tests: 0, passed: [], failed: [] },
    generated: [],
    runs: { regression: null, generated: {} },
    reruns: [],
  };
}
