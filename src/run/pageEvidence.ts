// Evidence without a run directory as the report shows it: rankings made in memory, patches where they are given, no logs.
import { basename } from "node:path";
import { group } from "d3-array";
import type { CandidateSource, PageSource } from "../report/page/source.js";
import { type OpenEvidenceOptions, openEvidence } from "./openEvidence.js";
import { memoryRankings } from "./pageRankings.js";

export interface EvidenceSourceOptions extends OpenEvidenceOptions {
  /** Name of the aggregator that decides. */
  readonly aggregator: string;
}

export async function evidenceSource(path: string, options: EvidenceSourceOptions): Promise<PageSource> {
  const { evidence, labels, candidates, table, problems } = await openEvidence(path, options);
  const byInstance = group(candidates, ({ instanceId }) => instanceId);
  return {
    id: basename(path),
    complete: true,
    card: { evidence: basename(path), table, notes: problems.map(({ message }) => message) },
    evidence,
    labels,
    rankings: memoryRankings(evidence, options.aggregator),
    flaky: new Map(),
    cost: null,
    tables: [],
    instance: async (instanceId) => {
      const known = (byInstance.get(instanceId) ?? []).map(
        (one): CandidateSource => ({
          candidateId: one.candidateId,
          rolloutIds: [...one.rolloutIds],
          patch: one.patch,
          rawPatches: one.rawPatches,
          dropped: [...one.dropped],
          features: one.features,
          verified: null,
        }),
      );
      return { issue: null, candidates: known, base: null, rollouts: new Map() };
    },
  };
}
