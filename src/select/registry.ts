// Which aggregators there are, by the name that the command line and the run card give them.
import { BestkError } from "../core/errors.js";
import { didYouMean } from "../core/nearest.js";
import { agentless } from "./agentless.js";
import type { Aggregator } from "./aggregator.js";
import { first, majority, random, shortest } from "./baselines.js";
import { consensusBehaviour, majorityBehaviour, majoritySyntax } from "./behaviourVotes.js";
import { codemonkeys } from "./codemonkeys.js";
import { codet } from "./codet.js";
import { consensus } from "./consensus.js";
import { coPatcher } from "./coPatcher.js";
import {
  executionAgreement,
  executionFailingOnBase,
  executionLatentClass,
  executionLatentClassNotOwn,
  executionNotOwn,
} from "./executionVariants.js";
import { executionBased, executionFree, hybrid, hybridDeepswe, hybridNoShortlist } from "./hybrid.js";
import { trae } from "./trae.js";
import { weighted } from "./weighted.js";

/** Registered aggregators by name. */
export const AGGREGATORS = {
  random,
  first,
  shortest,
  majority,
  "majority:syntax": majoritySyntax,
  "majority:behaviour": majorityBehaviour,
  consensus,
  "consensus:behaviour": consensusBehaviour,
  "execution-based": executionBased,
  "execution-based:failing-on-base": executionFailingOnBase,
  "execution-based:agreement": executionAgreement,
  "execution-based:latent-class": executionLatentClass,
  "execution-based:latent-class+not-own": executionLatentClassNotOwn,
  "execution-based:not-own": executionNotOwn,
  "execution-free": executionFree,
  hybrid,
  "hybrid:deepswe": hybridDeepswe,
  "hybrid:no-shortlist": hybridNoShortlist,
  agentless,
  codemonkeys,
  codet,
  trae,
  "co-patcher": coPatcher,
  weighted,
} satisfies Record<string, Aggregator>;

export const AGGREGATOR_NAMES: readonly string[] = Object.keys(AGGREGATORS);

/** A registered aggregator, or the caller's own. Throws BestkError `usage` for an unknown name, with the nearest. */
export function aggregatorNamed(aggregator: string | Aggregator): Aggregator {
  if (typeof aggregator !== "string") return aggregator;
  const found = Object.entries(AGGREGATORS).find(([name]) => name === aggregator)?.[1];
  if (found !== undefined) return found;
  if (aggregator === "oracle") {
    throw new BestkError("usage", "oracle reads the labels, so it can't select", { hint: "it is a line in curves" });
  }
  throw new BestkError("usage", `unknown aggregator "${aggregator}"`, {
    hint: didYouMean(aggregator, AGGREGATOR_NAMES),
  });
}
