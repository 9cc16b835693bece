// CodeMonkeys' vote: the most generated tests passed, ties to the shorter diff.
import type { Aggregator } from "./aggregator.js";
import { size } from "./baselines.js";
import { reproduction } from "./key.js";
import { lexicographic } from "./lexicographic.js";

/** The vote of CodeMonkeys (arXiv 2501.14723), without the selection machine that a language model drives after it. */
export const codemonkeys: Aggregator = lexicographic({ name: "codemonkeys", keys: [reproduction, size] });
