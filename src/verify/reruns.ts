// A discordant test is run again before it counts: what passes the second time was the machine or the test, not the patch.
import type { Task, TestSuite } from "../core/types.js";
import type { ApplyStrategy } from "./apply.js";
import {
  type BaseMeasurement,
  type ExecutionContext,
  type ExecutionVerdict,
  gradeRuns,
  type Logs,
  REGRESSION_LOG,
  verifyCandidate,
} from "./execution.js";
import { generatedLog } from "./generatedRuns.js";
import { takesFiles } from "./runners.js";
import { newFailures, type Rerun } from "./signals.js";
import type { TestRun } from "./testRun.js";

/** Further runs of a candidate with new failures, at most. */
const RERUNS = 2;

/** A verdict, the logs of all runs, and those (by id of generated test, or "regression") that were in time only when made again. */
export interface Verified {
  readonly verdict: ExecutionVerdict;
  readonly logs: Logs;
  readonly late: readonly string[];
}

/** Whether tests that pass on base failed on a candidate, as `rerunFailures` would run again. */
export function hasFailures({ applied, regression, signals }: Omit<ExecutionVerdict, "runs">): boolean {
  return applied !== null && regression.newFailures.length > 0 && signals.regression.status === "ok";
}

/**
 * Where tests fail that pass on base, runs the regression tests again, each time in a fresh sandbox
 * (what the first run left behind could make a test pass, or fail). First only the files that the failing tests come
 * from, where the ids tell; the whole command has the last word on a test that passes then, because a failure that other
 * files' tests bring about is no flaky one. Cost: nothing without a new failure; one run where all of them fail again in
 * a suite that base found nothing flaky in; else two.
 */
export async function rerunFailures(
  task: Task,
  patch: string,
  base: BaseMeasurement,
  first: ExecutionVerdict,
  context: ExecutionContext,
  signal: AbortSignal,
): Promise<{ readonly verdict: ExecutionVerdict; readonly logs: Logs }> {
  const suite = task.regression;
  const { applied } = first;
  if (suite === null || applied === null) return { verdict: first, logs: {} };
  let verdict = first;
  const logs: Record<string, string> = {};
  const reruns: Rerun[] = [];
  while (reruns.length < RERUNS) {
    const files = filesToRerun(suite, base, verdict, reruns);
    if (files === undefined) break;
    const again = await rerun(task, suite, files, patch, base, context, signal);
    if (again.run === null) break;
    logs[rerunLog(reruns.length)] = again.log;
    reruns.push({ files, run: again.run });
    verdict = grade(task, base, verdict, applied, reruns);
  }
  return { verdict, logs };
}

/**
 * The first verdict, failures not run again; where the fewer of a candidate's runs reached the time limit, those are made again once, and a run
 * that ends in time then takes the place of the first: on a loaded machine any test may be late. A candidate that hangs
 * in most of its runs hangs. Cost: at most the limits of the runs that were late.
 */
export async function verifyOnce(
  task: Task,
  patch: string,
  base: BaseMeasurement,
  context: ExecutionContext,
  signal: AbortSignal,
): Promise<Verified> {
  const { verdict, logs } = await verifyCandidate(task, patch, base, context, signal);
  const { runs, applied } = verdict;
  const all = [...Object.values(runs.generated), ...(runs.regression === null ? [] : [runs.regression])];
  const late = all.filter(({ end }) => end === "timeout").length;
  if (applied === null || late === 0 || (all.length > 1 && 2 * late > all.length)) return { verdict, logs, late: [] };
  const generated = task.generated.filter(({ id }) => runs.generated[id]?.end === "timeout");
  const regression = runs.regression?.end === "timeout" ? task.regression : null;
  const again = await verifyCandidate({ ...task, regression, generated }, patch, base, context, signal);
  const pairs = [
    ...generated.map(({ id }) => ({ id, name: generatedLog(id), run: again.verdict.runs.generated[id] })),
    ...(regression === null ? [] : [{ id: null, name: REGRESSION_LOG, run: again.verdict.runs.regression }]),
  ].filter(({ run }) => run?.end === "completed");
  const inTime = new Map(pairs.map(({ id, run }) => [id, run as TestRun]));
  const counted = {
    regression: inTime.get(null) ?? runs.regression,
    generated: Object.fromEntries(Object.entries(runs.generated).map(([id, run]) => [id, inTime.get(id) ?? run])),
  };
  const both: Record<string, string> = { ...logs };
  for (const { name } of pairs) {
    both[name.replace(/\.log$/, ".late.log")] = logs[name] ?? "";
    both[name] = again.logs[name] ?? "";
  }
  const lateNow = pairs.map(({ id }) => id ?? "regression");
  return { verdict: gradeRuns(task, base, counted, applied), logs: both, late: lateNow };
}

/** Name of the log of a rerun, counted from 0. */
export function rerunLog(index: number): string {
  return `regression.again-${index + 1}.log`;
}

function grade(
  task: Task,
  base: BaseMeasurement,
  { runs }: ExecutionVerdict,
  applied: ApplyStrategy,
  reruns: readonly Rerun[],
): ExecutionVerdict {
  return gradeRuns(task, base, runs, applied, { reruns: [...reruns], quarantined: [] });
}

/** Files of the next rerun, null for the whole command, undefined if there is nothing (more) to find out. */
function filesToRerun(
  suite: TestSuite,
  base: BaseMeasurement,
  verdict: Pick<ExecutionVerdict, "regression" | "signals">,
  reruns: readonly Rerun[],
): readonly string[] | null | undefined {
  const { newFailures: suspects, flaky, passedAgain } = verdict.regression;
  if (suspects.length === 0 || verdict.signals.regression.status !== "ok") return undefined;
  const [narrow] = reruns;
  if (narrow === undefined) return filesOf(suite, suspects);
  const baseRuns = base.runs.flatMap(({ regression }) => regression ?? []);
  const failed = new Set(newFailures(baseRuns, narrow.run));
  if (narrow.files !== null && suspects.some((id) => !failed.has(id))) return null;
  return flaky.length + passedAgain.length > 0 ? narrow.files : undefined;
}

/**
 * The files that failing tests come from, where each of their ids names one by path or by module; null if some id tells
 * nothing, or if that is all files.
 */
export function filesOf(suite: TestSuite, ids: readonly string[]): readonly string[] | null {
  if (suite.files.length === 0 || !takesFiles(suite)) return null;
  const chosen = new Set<string>();
  for (const id of ids) {
    const found = suite.files.filter((file) => names(id, file));
    if (found.length === 0) return null;
    for (const file of found) chosen.add(file);
  }
  return chosen.size === suite.files.length ? null : suite.files.filter((file) => chosen.has(file));
}

/** `tests.test_a.T::test_x`, `test_x (tests.test_a.T)` and `tests/test_a.py::test_x` are of tests/test_a.py. */
function names(id: string, file: string): boolean {
  const module = file.replace(/\.\w+$/, "").replaceAll("/", ".");
  // Django's runner names modules from its folder of tests on.
  return [file, module, module.replace(/^tests\./, "")].some((name) => {
    const at = id.indexOf(name);
    const before = id[at - 1] ?? " ";
    const after = id[at + name.length] ?? " ";
    return at !== -1 && !/[\w./-]/.test(before) && !/[\w/-]/.test(after);
  });
}

async function rerun(
  task: Task,
  suite: TestSuite,
  files: readonly string[] | null,
  patch: string,
  base: BaseMeasurement,
  context: ExecutionContext,
  signal: AbortSignal,
): Promise<{ run: Rerun["run"] | null; log: string }> {
  const narrowed = { ...task, generated: [], regression: files === null ? suite : { ...suite, files } };
  const { verdict, logs } = await verifyCandidate(narrowed, patch, base, context, signal);
  return { run: verdict.runs.regression, log: logs[REGRESSION_LOG] ?? "" };
}
