// R2E-Gym's verifiers and the published forms of their hybrid, which differ in the shortlist and in what they do with ties.
import type { Aggregator } from "./aggregator.js";
import { regression, reproduction, reward } from "./key.js";
import { lexicographic } from "./lexicographic.js";

/** Regression tests, then reproduction tests. */
export const executionBased: Aggregator = lexicographic({
  name: "execution-based",
  keys: [regression, reproduction],
});

/** The reward model alone. */
export const executionFree: Aggregator = lexicographic({ name: "execution-free", keys: [reward] });

/** The notebook that drew the paper's curves: n = max(3, ⌊K/2⌋), ties declared. */
export const hybrid: Aggregator = lexicographic({
  name: "hybrid",
  keys: [regression, reproduction, reward],
  shortlist: { by: reward, size: (rollouts) => Math.max(3, Math.floor(rollouts / 2)) },
});

/** The DeepSWE script: n = ⌊K/2⌋ (here at least 1, where it crashes), and the first of ties. */
export const hybridDeepswe: Aggregator = lexicographic({
  name: "hybrid:deepswe",
  keys: [regression, reproduction, reward],
  shortlist: { by: reward, size: (rollouts) => Math.max(1, Math.floor(rollouts / 2)) },
  ties: "first",
});

/** The paper's ablation without top-n: the reward only breaks ties of the tests. */
export const hybridNoShortlist: Aggregator = lexicographic({
  name: "hybrid:no-shortlist",
  keys: [regression, reproduction, reward],
});
