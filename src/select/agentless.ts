// Agentless' rerank: fewest regressions, then the reproduction tests, then the majority of normalised patches.
import type { Aggregator } from "./aggregator.js";
import { votes } from "./baselines.js";
import { regression, reproduction } from "./key.js";
import { lexicographic } from "./lexicographic.js";

/**
 * Agentless (arXiv 2407.01489). Equal patches share their test results, so votes over the whole pool order the
 * survivors as votes among them would. A missing result is not "no failing test", as it is in the released code.
 */
export const agentless: Aggregator = lexicographic({ name: "agentless", keys: [regression, reproduction, votes] });
