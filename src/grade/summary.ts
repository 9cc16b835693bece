// Grades for people: a row a rollout, how many are resolved, and where they differ from the harness's own reports.
import type { Agreement } from "./gradeLogs.js";
import type { GradeLine, ListVerdict } from "./verdict.js";

export interface GradeRows {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** One sentence. */
  readonly total: string;
}

export function gradeRows(lines: readonly GradeLine[]): GradeRows {
  const rows = lines.map((line) => [
    line.instanceId,
    line.rolloutId,
    line.resolved === null ? "unknown" : line.resolved ? "resolved" : "—",
    share(line.failToPass),
    share(line.passToPass),
    line.reason ?? "",
  ]);
  const resolved = lines.filter((line) => line.resolved === true);
  const unknown = unknownShare(lines) * lines.length;
  const instances = (of: readonly GradeLine[]) => new Set(of.map(({ instanceId }) => instanceId)).size;
  return {
    header: ["instance", "rollout", "verdict", "FAIL_TO_PASS", "PASS_TO_PASS", "why"],
    rows,
    total: `${resolved.length} of ${lines.length} rollouts resolved${unknown === 0 ? "" : ` (${unknown} unknown)`}; ${instances(resolved)} of ${instances(lines)} instances`,
  };
}

/** Share of rollouts without a verdict, 0 to 1. */
export function unknownShare(lines: readonly GradeLine[]): number {
  return lines.length === 0 ? 0 : lines.filter((line) => line.resolved === null).length / lines.length;
}

/** Sentences on how grades compare with the harness's own reports; none where no log carries one. */
export function agreementText({ reports, differences }: Agreement): readonly string[] {
  if (reports === 0) return [];
  return [
    `${reports - differences.length} of ${reports} grades agree with the harness's own report, test by test`,
    ...differences.map(({ instanceId, rolloutId, difference }) => `  ${instanceId} ${rolloutId}: ${difference}`),
  ];
}

function share({ passed, failed }: ListVerdict): string {
  return `${passed.length}/${passed.length + failed.length}`;
}
