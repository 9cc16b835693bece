// A candidate's saved result: its runs, what is missing of them, how sure they are, and the verdict they give relative to base.
import type { Amount } from "../core/cost.js";
import { unavailable } from "../core/signal.js";
import type { FailingTests } from "../select/bounds.js";
import { failingRegression, failingReproduction } from "../verify/baseOnce.js";
import { BASE_RUNS, type BaseMeasurement, type ExecutionVerdict, gradeRuns } from "../verify/execution.js";
import { hasFailures } from "../verify/reruns.js";
import type { FailedAttempt } from "./attempts.js";
import { detailsOf, type KeyedVerdict } from "./evidence.js";
import type { ChosenTests } from "./ready.js";

/** Parts of a verdict: signals that tests give. */
export type Part = "regression" | "reproduction";

export const PARTS: readonly Part[] = ["regression", "reproduction"];

/** A candidate's saved result: its runs decide, the rest can be computed again from them (`bestk regrade`). */
export interface SavedVerdict extends ExecutionVerdict {
  /** Key of the base that it is relative to. */
  readonly baseKey: string;
  readonly tests: ChosenTests | null;
  /** Runs that reached the time limit first and ended in time when made again. */
  readonly late: readonly string[];
  /** Attempts that the machine failed, before this one. */
  readonly attempts: readonly FailedAttempt[];
  /** What its runs took; absent in results of older versions. */
  readonly used?: Amount;
  /** Tests that failed were not run again: that is left until it could matter. */
  readonly rerunsLeft?: true;
}

/** Parts that have tests and no runs. A patch that doesn't apply has none to make. */
export function openParts(saved: Pick<SavedVerdict, "applied" | "runs"> | null, task: RunnableTests): readonly Part[] {
  if (saved !== null && saved.applied === null) return [];
  const { regression = null, generated = {} } = saved?.runs ?? {};
  return [
    ...(task.regression !== null && regression === null ? (["regression"] as const) : []),
    ...(task.generated.length > 0 && Object.keys(generated).length === 0 ? (["reproduction"] as const) : []),
  ];
}

type RunnableTests = { readonly regression: unknown; readonly generated: readonly unknown[] };

/** Whether failures that were not run again count for something. */
export function isUnconfirmed(saved: SavedVerdict, base: BaseMeasurement): boolean {
  return saved.rerunsLeft === true && hasFailures(gradeSaved(saved, base));
}

/** What more runs could still change of what was measured. */
export interface Sureness {
  /** Parts that were measured, and of which nothing is sure before base's second run. */
  readonly unsure: readonly Part[];
  /** Tests that fail, of parts that prove what they say. */
  readonly failing: Readonly<Partial<Record<Part, FailingTests>>>;
}

/** As long as base ran once, or failures were not run again, each failing test could be flaky. */
export function surenessOf(saved: SavedVerdict, task: RunnableTests, base: BaseMeasurement): Sureness {
  if (saved.applied === null) return { unsure: [], failing: {} };
  const isBaseWhole = base.runs.length >= BASE_RUNS;
  const open = openParts(saved, task);
  const isMeasured = (part: Part): boolean =>
    !open.includes(part) && (part === "regression" ? task.regression !== null : task.generated.length > 0);
  const graded = gradeSaved(saved, base);
  const found = {
    regression: failingRegression(base.runs, saved.runs) === null ? null : graded.regression.newFailures,
    reproduction: failingReproduction(base.runs, saved.runs),
  };
  const isFinal = isBaseWhole && !isUnconfirmed(saved, base);
  const parts = PARTS.filter((part) => isMeasured(part) && (part === "regression" || !isBaseWhole));
  const failing = parts.flatMap((part) => {
    const tests = found[part];
    return tests === null ? [] : [[part, { tests, isFinal: isFinal || tests.length === 0, hasValue: isBaseWhole }]];
  });
  return {
    unsure: isBaseWhole ? [] : parts.filter((part) => found[part] === null),
    failing: Object.fromEntries(failing),
  };
}

/** The figures of a saved result, computed again from its runs. `quarantined`: tests flaky on another candidate. */
export function gradeSaved(
  saved: SavedVerdict,
  base: BaseMeasurement,
  quarantined: readonly string[] = [],
): ExecutionVerdict {
  const { applied, runs, reruns } = saved;
  const [first] = base.runs;
  // What was asked of base was asked of the candidate.
  const generated = Object.keys(first?.generated ?? {}).map((id) => ({ id }));
  const task = { regression: first?.regression ?? null, generated };
  if (applied === null) return saved;
  const graded = gradeRuns(task, base, runs, applied, { reruns, quarantined });
  return { ...graded, signals: withOpen(graded.signals, openParts(saved, task)) };
}

/** A graded result as evidence has it. */
export function keyedVerdict(
  key: string,
  graded: ExecutionVerdict,
  saved: SavedVerdict,
  base: BaseMeasurement,
): KeyedVerdict {
  const { reruns, tests, late, attempts } = saved;
  const details = {
    ...detailsOf(graded),
    ...(tests === null ? {} : { tests }),
    ...(reruns.length === 0 ? {} : { reruns: reruns.map(({ files, run }) => ({ files, end: run.end })) }),
    ...(isUnconfirmed(saved, base) ? { unconfirmed: true } : {}),
    ...(base.runs.length < BASE_RUNS ? { baseRuns: base.runs.length } : {}),
    ...(late.length === 0 ? {} : { late }),
    ...(attempts.length === 0 ? {} : { attempts }),
  };
  return { key, signals: graded.signals, generated: graded.generated, details };
}

export const NOT_NEEDED = unavailable("could-not-matter", "left out: no outcome of it could change the choice");

/** Signals of parts that were not measured say so, whatever they held. */
export function withOpen(signals: KeyedVerdict["signals"], open: readonly Part[]): KeyedVerdict["signals"] {
  return { ...signals, ...Object.fromEntries(open.map((part) => [part, NOT_NEEDED])) };
}
