// From evidence to the documents a person keeps: rankings, what they are worth on labels, and predictions to submit.
import { join } from "node:path";
import type { InstanceRanking, Prediction } from "../core/schemas.js";
import type { Labels } from "../core/types.js";
import type { Aggregator } from "../select/aggregator.js";
import { type PatchOf, predictionsOf } from "../select/predictions.js";
import { type RankingDocument, rankInstances } from "../select/rankInstances.js";
import { AGGREGATORS } from "../select/registry.js";
import { type Labelled, labelledFigures } from "../study/labelled.js";
import { storedPatches } from "../tables/candidates.js";
import { type LoadedEvidence, loadEvidence } from "../tables/load.js";
import type { RunDirectory } from "./store.js";

/** `bestk.ranking/1`: `labelled` is there only where labels are. */
export interface LabelledRanking extends RankingDocument {
  readonly labelled?: Labelled;
}

/** Ranks stored evidence; the same bytes for any order of its lines. */
export function rankEvidence(
  loaded: Pick<LoadedEvidence, "evidence" | "labels">,
  aggregator: Aggregator,
): LabelledRanking {
  return withFigures(rankInstances(loaded.evidence, aggregator), loaded.labels);
}

/** Predictions as JSONL, one line an instance. */
export function predictionsText(rankings: readonly InstanceRanking[], patchOf: PatchOf, modelName: string): string {
  return predictionsOf(rankings, patchOf, modelName)
    .map((prediction: Prediction) => `${JSON.stringify(prediction)}\n`)
    .join("");
}

/** Writes `ranking.<aggregator>.jsonl` for every registered aggregator and `preds.jsonl` for the chosen one. */
export async function writeRankings(
  directory: RunDirectory,
  chosen: Aggregator,
  rawPatch: boolean,
): Promise<{ document: LabelledRanking; predictionsPath: string; predictions: string }> {
  const loaded = await loadEvidence(join(directory.path, "evidence.jsonl"), { table: "bestk" });
  for (const aggregator of new Set([...Object.values(AGGREGATORS), chosen])) {
    const { instances } = rankInstances(loaded.evidence, aggregator);
    const lines = instances.map((instance) => `${JSON.stringify({ schema: "bestk.ranking/1", ...instance })}\n`);
    await directory.write(`ranking.${fileName(aggregator.name)}.jsonl`, lines.join(""));
  }
  const document = rankEvidence(loaded, chosen);
  const patchOf = (await storedPatches(directory.path, { raw: rawPatch })) ?? (() => null);
  const withPatch = document.instances.filter(
    ({ instanceId, selected }) => selected !== null && patchOf(instanceId, selected) !== null,
  );
  const predictions = predictionsText(withPatch, patchOf, `bestk-${chosen.name}`);
  return { document, predictionsPath: await directory.write("preds.jsonl", predictions), predictions };
}

function withFigures(document: RankingDocument, labels: Labels): LabelledRanking {
  const labelled = labelledFigures(document.instances, labels);
  return labelled === null ? document : { ...document, labelled };
}

/** A colon is no good in a file name everywhere. */
function fileName(aggregator: string): string {
  return aggregator.replace(/[^\w.-]+/g, "-");
}
