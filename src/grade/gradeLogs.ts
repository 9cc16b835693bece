// Grades saved logs one at a time: ids made final, repeats merged, and held against the reports that the logs carry.
import { compareNatural } from "../core/order.js";
import { assignRolloutIds, type RolloutKey } from "../rollouts/rolloutIds.js";
import { type CarriedReport, differenceFrom, listsOfReport } from "./harnessReport.js";
import { type LogFile, readLogs } from "./savedLogs.js";
import { type GroundTruth, type TestLists, truthNamed } from "./truth.js";
import { type GradeLine, gradeLog, parserOf, type Verdict } from "./verdict.js";

export interface LogGrades {
  /** By instance, then rollout id, both in natural order. */
  readonly grades: readonly Graded[];
  /** Records left out. */
  readonly problems: readonly string[];
  /** Instances that have logs and no record with FAIL_TO_PASS: they are left out. */
  readonly unknownInstances: readonly string[];
  readonly agreement: Agreement;
}

export interface Graded {
  readonly line: GradeLine;
  /** The patch as the log's record gives it; null: unknown. */
  readonly patch: string | null;
}

/** How grades compare with the harness's own reports. */
export interface Agreement {
  readonly reports: number;
  readonly differences: readonly {
    readonly instanceId: string;
    readonly rolloutId: string;
    readonly difference: string;
  }[];
}

export interface GradeLogsOptions {
  readonly signal: AbortSignal;
  readonly skipBad: boolean;
  /** Judge every log on the instance's own lists, even where its report names others. */
  readonly instanceLists?: boolean;
}

interface Kept extends RolloutKey {
  readonly verdict: Verdict;
  readonly patch: string | null;
  readonly report: CarriedReport | null;
}

/**
 * Grades the logs of the files. A log that carries the harness's report is judged on the ids which that names: its run may have
 * used an older list. Throws BestkError `input` where no instance has ground truth, for a parser that is not supported and for a record that can't be read (unless `skipBad`).
 */
export async function gradeLogs(
  files: readonly LogFile[],
  truths: ReadonlyMap<string, GroundTruth>,
  options: GradeLogsOptions,
): Promise<LogGrades> {
  const problems: string[] = [];
  const kept = new Map<string, Kept>();
  const unknown = new Set<string>();
  const skip = options.skipBad ? (message: string) => void problems.push(message) : null;
  for await (const { log, ...saved } of readLogs(files, options.signal, skip)) {
    const { instanceId, baseId, contentHash, report } = saved;
    const truth = truths.get(instanceId);
    if (truth === undefined) unknown.add(instanceId);
    const name = JSON.stringify([instanceId, baseId, contentHash]);
    if (truth === undefined || kept.has(name)) continue;
    const lists = options.instanceLists === true || report === null ? truth : listsFor(truth, report);
    kept.set(name, { ...saved, verdict: gradeLog(log, lists, parserOf(truth)) });
  }
  if (kept.size === 0 && unknown.size > 0) truthNamed(truths, [...unknown][0] as string);
  return { ...finish([...kept.values()]), problems, unknownInstances: [...unknown].sort(compareNatural) };
}

function finish(kept: readonly Kept[]): Pick<LogGrades, "grades" | "agreement"> {
  const ids = assignRolloutIds(kept);
  const graded = kept
    .map(({ instanceId, verdict, patch, report }, index) => {
      const line: GradeLine = { schema: "bestk.grade/1", instanceId, rolloutId: ids[index] as string, ...verdict };
      return { line, patch, report };
    })
    .sort((a, b) => inOrder(a.line, b.line));
  const reported = graded.flatMap(({ line, report }) => (report === null ? [] : [{ line, report }]));
  const differences = reported.flatMap(({ line, report }) => {
    const difference = differenceFrom(report, line);
    return difference === null ? [] : [{ instanceId: line.instanceId, rolloutId: line.rolloutId, difference }];
  });
  return { grades: graded, agreement: { reports: reported.length, differences } };
}

/** Order of grades: instance, then rollout, both natural. */
export function inOrder(a: GradeLine, b: GradeLine): number {
  return compareNatural(a.instanceId, b.instanceId) || compareNatural(a.rolloutId, b.rolloutId);
}

/** The instance's own lists in their own order, unless the report names other ids. */
function listsFor(truth: GroundTruth, report: CarriedReport): TestLists {
  const named = listsOfReport(report);
  const isNothing = named.failToPass.length + named.passToPass.length === 0;
  const isSame = sameIds(truth.failToPass, named.failToPass) && sameIds(truth.passToPass, named.passToPass);
  return isNothing || isSame ? truth : named;
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  const ids = new Set(a);
  return ids.size === new Set(b).size && b.every((id) => ids.has(id));
}
