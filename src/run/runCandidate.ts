// Runs what is missing of a candidate's tests, and joins it with what earlier runs measured.
import type { Signal } from "../core/signal.js";
import type { ExecutionContext, Logs } from "../verify/execution.js";
import { rerunFailures, verifyOnce } from "../verify/reruns.js";
import { regressionSignal } from "../verify/signals.js";
import type { TestRun } from "../verify/testRun.js";
import type { ReadyInstance } from "./ready.js";
import { gradeSaved, type Part, type SavedVerdict } from "./savedVerdict.js";

/** What is to be run of a candidate. */
export interface Todo {
  readonly parts: readonly Part[];
  /** Whether tests that fail are run again. */
  readonly reruns: boolean;
}

/** The whole of what is known then, `used` and `attempts` as they were before; logs are of new runs. */
export async function runCandidate(
  ready: ReadyInstance,
  patch: string,
  saved: SavedVerdict | null,
  { parts, reruns }: Todo,
  goesOn: ((regression: Signal) => boolean) | undefined,
  context: ExecutionContext,
  signal: AbortSignal,
): Promise<{ readonly result: SavedVerdict; readonly logs: Logs }> {
  const { task, base, baseKey, tests } = ready;
  const baseRuns = base.runs.flatMap(({ regression }) => regression ?? []);
  const gate = goesOn === undefined ? {} : { goesOn: (run: TestRun) => goesOn(regressionSignal(baseRuns, run)) };
  const part = {
    ...task,
    regression: parts.includes("regression") ? task.regression : null,
    generated: parts.includes("reproduction") ? task.generated : [],
  };
  const logs: Record<string, string> = {};
  let result = saved;
  if (result === null || parts.length > 0) {
    const once = await verifyOnce(part, patch, base, { ...context, ...gate }, signal);
    Object.assign(logs, once.logs);
    const isLeft = parts.includes("regression") && once.verdict.applied !== null;
    const left = isLeft ? { rerunsLeft: true as const } : {};
    const now = { ...once.verdict, baseKey, tests, late: once.late, attempts: [], ...left };
    result = saved === null ? now : joined(saved, now);
  }
  if (reruns) {
    const { rerunsLeft: _, ...before } = result;
    const again = await rerunFailures(task, patch, base, gradeSaved(result, base), context, signal);
    Object.assign(logs, again.logs);
    result = { ...before, reruns: again.verdict.reruns };
  }
  return { result: { ...result, ...gradeSaved(result, base) }, logs };
}

/** Both parts of a verdict, measured one after the other. */
function joined(before: SavedVerdict, now: SavedVerdict): SavedVerdict {
  if (now.applied === null) return now;
  const together = [...(before.runs.together ?? []), ...(now.runs.together ?? [])];
  const runs = {
    regression: now.runs.regression ?? before.runs.regression,
    generated: { ...before.runs.generated, ...now.runs.generated },
    ...(together.length === 0 ? {} : { together }),
  };
  const isLeft = before.rerunsLeft === true || now.rerunsLeft === true;
  return {
    ...now,
    runs,
    reruns: [...before.reruns, ...now.reruns],
    late: [...before.late, ...now.late],
    ...(isLeft ? { rerunsLeft: true } : {}),
  };
}
