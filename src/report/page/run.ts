// One run as the page's document has it: everything but the texts, which are parts.
import type { PageCost, PageRun } from "../../core/page.js";
import { overviewOf } from "./overview.js";
import { rankingTable } from "./rankingTable.js";
import { instancePools, rowsOf } from "./rows.js";
import type { PageSource } from "./source.js";

/** What `bestk view` shows: nothing is left out. */
export const NOTHING_LEFT_OUT: PageRun["leftOut"] = { logs: 0, trajectories: 0, bytes: 0 };

export function pageRun(source: PageSource, cost: PageCost, leftOut: PageRun["leftOut"]): PageRun {
  const { id, complete, rankings, card } = source;
  const own = rankingTable(source);
  return {
    id,
    complete,
    aggregators: [...rankings.keys()],
    overview: overviewOf(source, cost),
    instances: rowsOf(source, instancePools(source)),
    tables: [...(own === null ? [] : [own]), ...source.tables],
    card,
    leftOut,
  };
}
