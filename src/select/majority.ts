// Baseline: the patch that most rollouts agree on, counted over equal normalised patches.
import type { Evidence } from "../core/schemas.js";
import { ok, type Signal, unavailable } from "../core/signal.js";
import type { Aggregator } from "./aggregator.js";
import { isEmptyPatch } from "./candidate.js";
import type { Key } from "./key.js";
import { lexicographic } from "./lexicographic.js";

/** Number of rollouts with the same candidate. Empty and unknown patches neither vote nor are voted for. */
export const votes: Key = {
  name: "votes",
  read: (evidence, pool) => countVotes(evidence, pool),
};

export const majority: Aggregator = lexicographic({ name: "majority", keys: [votes] });

function countVotes(evidence: Evidence, pool: readonly Evidence[]): Signal {
  if (isEmptyPatch(evidence)) return unavailable("empty-patch", "empty patches don't vote");
  if (evidence.candidateId === null) return unavailable("no-patch", "the patch is unknown");
  return ok(pool.filter(({ candidateId }) => candidateId === evidence.candidateId).length);
}
