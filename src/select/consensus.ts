// The patch most like the others: agreement counted by shared changed tokens rather than by equal text.
import type { Evidence } from "../core/schemas.js";
import { ok, type Signal, unavailable } from "../core/signal.js";
import type { Aggregator } from "./aggregator.js";
import { isEmptyPatch } from "./candidate.js";
import type { Key } from "./key.js";
import { lexicographic } from "./lexicographic.js";

/** Mean Jaccard index of a patch's changed tokens with those of each other known, non-empty patch; in [0, 1]. */
export const likeness: Key = {
  name: "likeness",
  read: (evidence, pool) => meanLikeness(evidence, pool),
};

export const consensus: Aggregator = lexicographic({ name: "consensus", keys: [likeness] });

function meanLikeness(evidence: Evidence, pool: readonly Evidence[]): Signal {
  if (isEmptyPatch(evidence)) return unavailable("empty-patch", "an empty patch is like no other");
  if (evidence.features === null) return unavailable("no-patch", "the evidence has no features of the patch");
  const own = new Set(evidence.features.tokenHashes);
  const indices = pool
    .filter((other) => other !== evidence && !isEmptyPatch(other))
    .flatMap(({ features }) => (features === null ? [] : [jaccard(own, features.tokenHashes)]));
  if (indices.length === 0) return ok(0);
  // Sorted, so that rounding of the sum never depends on the order of the pool.
  return ok(indices.toSorted((a, b) => a - b).reduce((sum, index) => sum + index, 0) / indices.length);
}

/** `others` holds distinct hashes. Two patches without a token are alike. */
function jaccard(own: ReadonlySet<number>, others: readonly number[]): number {
  const shared = others.filter((hash) => own.has(hash)).length;
  const union = own.size + others.length - shared;
  return union === 0 ? 1 : shared / union;
}
