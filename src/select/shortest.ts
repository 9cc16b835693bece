// Baseline: the smallest patch that changes something, on the view that the least edit does the least harm.
import { ok, unavailable } from "../core/signal.js";
import type { Aggregator } from "./aggregator.js";
import { isEmptyPatch } from "./candidate.js";
import type { Key } from "./key.js";
import { lexicographic } from "./lexicographic.js";

/** −(bytes of the normalised patch); an unknown size ranks behind every known one, an empty patch last. */
export const size: Key = {
  name: "size",
  read: (evidence) => {
    if (isEmptyPatch(evidence)) return unavailable("empty-patch", "the patch changes no source file");
    if (evidence.features === null) return unavailable("no-patch", "the evidence has no features of the patch");
    return ok(-evidence.features.bytes);
  },
  show: (value) => `${-value} bytes`,
};

export const shortest: Aggregator = lexicographic({ name: "shortest", keys: [size] });
