// Says before anything is ranked which instances a fusion was fitted on: their figures are of weights that never saw them.
import type { Evidence } from "../core/schemas.js";
import type { Aggregator } from "../select/aggregator.js";
import { poolsOf } from "../select/rankInstances.js";
import type { Terminal } from "./terminal.js";

/** Warns once an aggregator; nothing where it was fitted on none of them. */
export function tellSeen(aggregators: readonly Aggregator[], evidence: readonly Evidence[], terminal: Terminal): void {
  for (const { name, knows } of aggregators) {
    if (knows === undefined) continue;
    const pools = poolsOf(evidence);
    const known = pools.filter(({ pool }) => knows(pool)).length;
    if (known === 0) continue;
    terminal.warn(
      `${name} was fitted on ${known} of these ${pools.length} instances: each of them is ranked by weights that were fitted without it`,
    );
  }
}
