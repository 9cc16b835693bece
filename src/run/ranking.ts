// From evidence to the documents a person keeps: rankings, what they are worth on labels, and predictions to submit.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson, sha256 } from "../core/hash.js";
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

/** Names of what a selection rests on and of what it came to: sha256 each, in the run card for `bestk replay`. */
export interface SelectionDigests {
  /** Of the evidence as aggregators see it, whatever the order of its lines. */
  readonly evidence: string;
  /** Of `candidates.jsonl`. */
  readonly patches: string;
  readonly ranking: string;
  readonly predictions: string;
}

/** What an aggregator makes of a run's files. */
export interface RunSelection {
  readonly document: LabelledRanking;
  /** Text of the aggregator's `ranking.….jsonl`. */
  readonly ranking: string;
  /** Text of `preds.jsonl`. */
  readonly predictions: string;
  readonly digests: SelectionDigests;
}

/** The selection of a run from its own files: `evidence.jsonl` and `candidates.jsonl`. Writes nothing. */
export async function selectFromRun(runPath: string, chosen: Aggregator, rawPatch: boolean): Promise<RunSelection> {
  return selectFrom(await loadRunEvidence(runPath), runPath, chosen, rawPatch);
}

/** Writes `ranking.<aggregator>.jsonl` for every registered aggregator, `preds.jsonl` for the chosen one, and their digests into the card. */
export async function writeRankings(
  directory: RunDirectory,
  chosen: Aggregator,
  rawPatch: boolean,
): Promise<{ document: LabelledRanking; predictionsPath: string; predictions: string }> {
  const loaded = await loadRunEvidence(directory.path);
  for (const aggregator of new Set([...Object.values(AGGREGATORS), chosen])) {
    const { instances } = rankInstances(loaded.evidence, aggregator);
    await directory.write(rankingFile(aggregator), rankingText(instances));
  }
  const { document, predictions, digests } = await selectFrom(loaded, directory.path, chosen, rawPatch);
  const predictionsPath = await directory.write("preds.jsonl", predictions);
  const card: unknown = JSON.parse(await readFile(join(directory.path, "run.json"), "utf8"));
  await directory.write("run.json", `${JSON.stringify({ ...(card as object), selection: digests }, null, 2)}\n`);
  return { document, predictionsPath, predictions };
}

/** Name of an aggregator's file in a run directory. A colon is no good in a file name everywhere. */
export function rankingFile({ name }: Pick<Aggregator, "name">): string {
  return `ranking.${name.replace(/[^\w.-]+/g, "-")}.jsonl`;
}

async function selectFrom(
  loaded: LoadedEvidence,
  runPath: string,
  chosen: Aggregator,
  rawPatch: boolean,
): Promise<RunSelection> {
  const document = rankEvidence(loaded, chosen);
  const patchOf = (await storedPatches(runPath, { raw: rawPatch })) ?? (() => null);
  const withPatch = document.instances.filter(
    ({ instanceId, selected }) => selected !== null && patchOf(instanceId, selected) !== null,
  );
  const ranking = rankingText(document.instances);
  const predictions = predictionsText(withPatch, patchOf, `bestk-${chosen.name}`);
  const digests = {
    evidence: sha256(loaded.evidence.map(canonicalJson).sort().join("\n")),
    patches: sha256(await readFile(join(runPath, "candidates.jsonl")).catch(() => "")),
    ranking: sha256(ranking),
    predictions: sha256(predictions),
  };
  return { document, ranking, predictions, digests };
}

function loadRunEvidence(runPath: string): Promise<LoadedEvidence> {
  return loadEvidence(join(runPath, "evidence.jsonl"), { table: "bestk" });
}

function rankingText(instances: readonly InstanceRanking[]): string {
  return instances.map((instance) => `${JSON.stringify({ schema: "bestk.ranking/1", ...instance })}\n`).join("");
}

function withFigures(document: RankingDocument, labels: Labels): LabelledRanking {
  const labelled = labelledFigures(document.instances, labels);
  return labelled === null ? document : { ...document, labelled };
}
