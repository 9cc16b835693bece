// Baseline: the rollout with the smallest id, which is what somebody without a verifier submits.
import type { Aggregator } from "./aggregator.js";
import { lexicographic } from "./lexicographic.js";

/** Natural order of rollout ids; a rollout without a patch is passed over. */
export const first: Aggregator = lexicographic({ name: "first", keys: [], ties: "first" });
