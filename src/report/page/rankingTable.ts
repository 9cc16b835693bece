// What each ranking of a run is worth on its labels: one table, so that the one that decided stands beside all others.
import type { PageTable } from "../../core/page.js";
import { BOOTSTRAP_DRAWS, meanInterval, resamples } from "../../study/bootstrap.js";
import { labelledFigures } from "../../study/labelled.js";
import { choicesOf, expectedOf } from "../../study/verdict.js";
import { poolsWithLabels } from "./overview.js";
import type { PageSource } from "./source.js";
import { storedAggregator } from "./stored.js";

const SEED = 0;

/** In order of what they resolve; null without labels. */
export function rankingTable(source: PageSource): PageTable | null {
  const pools = poolsWithLabels(source);
  if (pools.length === 0) return null;
  const drawn = resamples(
    pools.map(({ instanceId }) => instanceId),
    { seed: SEED, draws: BOOTSTRAP_DRAWS },
  );
  const rows = [...source.rankings].map(([name, ranked]) => {
    const choices = choicesOf(pools, storedAggregator(name, ranked));
    const expected = choices.map(expectedOf);
    const value = expected.reduce((sum, one) => sum + one, 0) / pools.length;
    const interval = drawn === null ? { low: null, high: null } : meanInterval(Float64Array.from(expected), drawn);
    const selected = choices.filter(({ selectedResolved }) => selectedResolved).length;
    const closed = labelledFigures(ranked, source.labels)?.gapClosed ?? null;
    return { name, figure: { value, ...interval }, selected, closed };
  });
  return {
    title: "All rankings of this run",
    columns: [
      { label: "aggregator", kind: "text" },
      { label: "resolved, over ties", kind: "share" },
      { label: "submitted and resolved", kind: "count" },
      { label: "gap closed", kind: "share" },
    ],
    rows: rows
      .toSorted((a, b) => b.figure.value - a.figure.value)
      .map(({ name, figure, selected, closed }) => [name, figure, selected, closed]),
    notes: [
      `On ${pools.length} labelled instances. Gap closed: of the way from a random pick to the oracle. The best of many rankings on one set of instances is better by chance too.`,
    ],
  };
}
