// Baseline: no order at all. One tie, so that figures take the exact expectation and nothing is drawn.
import type { Aggregator } from "./aggregator.js";
import { lexicographic } from "./lexicographic.js";

/** All rollouts in one tie group. */
export const random: Aggregator = lexicographic({ name: "random", keys: [] });
