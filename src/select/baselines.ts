// What selection costs nothing to do: every verifier has to beat the first, the shortest, the most frequent and a random patch.
import type { Evidence } from "../core/schemas.js";
import { ok, type Signal, unavailable } from "../core/signal.js";
import type { Aggregator } from "./aggregator.js";
import { isEmptyPatch } from "./candidate.js";
import type { Key } from "./key.js";
import { lexicographic } from "./lexicographic.js";

/** Natural order of rollout ids; a rollout without a patch is passed over. */
export const first: Aggregator = lexicographic({ name: "first", keys: [], ties: "first" });

/** No order at all: one tie, so that figures take the exact expectation and nothing is drawn. */
export const random: Aggregator = lexicographic({ name: "random", keys: [] });

/** −(bytes of the normalised patch); an unknown size ranks behind every known one, an empty patch last. */
export const size: Key = {
  name: "size",
  read: (evidence) => patchSize(evidence),
  show: (value) => `${-value} bytes`,
  own: true,
  untested: true,
};

/** The smallest patch that changes something, on the view that the least edit does the least harm. */
export const shortest: Aggregator = lexicographic({ name: "shortest", keys: [size] });

/** Number of rollouts with the same candidate. Empty and unknown patches neither vote nor are voted for. */
export const votes: Key = {
  name: "votes",
  read: (evidence, pool) => countVotes(evidence, pool),
  untested: true,
};

/** The patch that most rollouts agree on, counted over equal normalised patches. */
export const majority: Aggregator = lexicographic({ name: "majority", keys: [votes] });

function patchSize(evidence: Evidence): Signal {
  if (isEmptyPatch(evidence)) return unavailable("empty-patch", "the patch changes no source file");
  if (evidence.features === null) return unavailable("no-patch", "the evidence has no features of the patch");
  return ok(-evidence.features.bytes);
}

function countVotes(evidence: Evidence, pool: readonly Evidence[]): Signal {
  if (isEmptyPatch(evidence)) return unavailable("empty-patch", "empty patches don't vote");
  if (evidence.candidateId === null) return unavailable("no-patch", "the patch is unknown");
  return ok(pool.filter(({ candidateId }) => candidateId === evidence.candidateId).length);
}
