// A ranking as a table for people: what was chosen in each instance, and why.
import type { LabelledRanking } from "../run/ranking.js";
import { formatTable } from "./table.js";

export function showRanking(document: LabelledRanking): string {
  const rows = document.instances.map(({ instanceId, selected, ranking, why }) => [
    instanceId,
    selected ?? "—",
    ranking.flat().length,
    why,
  ]);
  const table = formatTable(["instance", "selected", "rollouts", "why"], rows);
  const { labelled } = document;
  if (labelled === undefined) return table;
  const { instances, unlabelled, expected, random, oracle, gapClosed } = labelled;
  if (instances === 0) return `${table}\n\nno instance has labels for all of its rollouts`;
  const gap = gapClosed === null ? "no gap to close" : `${(100 * gapClosed).toFixed(1)} % of the gap to the oracle`;
  const figures = `${document.aggregator}: ${expected.toFixed(2)} of ${instances} resolved; random ${random.toFixed(2)}, oracle ${oracle}; ${gap}`;
  return `${table}\n\n${figures}${unlabelled > 0 ? ` (${unlabelled} instances without all labels left out)` : ""}`;
}
