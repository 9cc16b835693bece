// The patch most like the others: agreement counted by shared changed tokens rather than by equal text.
import type { Evidence } from "../core/schemas.js";
import { ok, type Signal, unavailable } from "../core/signal.js";
import type { Aggregator } from "./aggregator.js";
import { isEmptyPatch } from "./candidate.js";
import { jaccard } from "./jaccard.js";
import type { Key } from "./key.js";
import { lexicographic } from "./lexicographic.js";

/** Mean Jaccard index of a patch's changed tokens with those of each other known, non-empty patch; in [0, 1]. */
export const likeness: Key = {
  name: "likeness",
  read: (evidence, pool) => likenessIn()(evidence, pool),
  prepare: likenessIn,
  untested: true,
};

export const consensus: Aggregator = lexicographic({ name: "consensus", keys: [likeness] });

/** The index of each pair is computed once, however many draws it is part of. */
function likenessIn(): (evidence: Evidence, drawn: readonly Evidence[]) => Signal {
  const known = new Map<Evidence, Map<Evidence, number>>();
  return (evidence, drawn) => {
    if (isEmptyPatch(evidence)) return unavailable("empty-patch", "an empty patch is like no other");
    if (evidence.features === null) return unavailable("no-patch", "the evidence has no features of the patch");
    const own = known.get(evidence) ?? new Map<Evidence, number>();
    known.set(evidence, own);
    const indices: number[] = [];
    for (const other of drawn) {
      if (other === evidence || other.features === null || isEmptyPatch(other)) continue;
      const index = own.get(other) ?? jaccard(evidence.features.tokenHashes, other.features.tokenHashes);
      own.set(other, index);
      indices.push(index);
    }
    if (indices.length === 0) return ok(0);
    // Sorted, so that rounding of the sum never depends on the order of the pool.
    return ok(indices.sort((a, b) => a - b).reduce((sum, index) => sum + index, 0) / indices.length);
  };
}
