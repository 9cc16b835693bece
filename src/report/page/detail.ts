// The page of one instance: rollouts in order of the ranking, candidates, outcomes, and the name of every text that can be opened.

import { compareCodeUnits, compareNatural } from "../../core/order.js";
import type { CandidateDetail, InstanceDetail, LongText, RolloutDetail } from "../../core/page.js";
import type { Evidence, InstanceRanking } from "../../core/schemas.js";
import { SIGNAL_NAMES } from "../../core/signal.js";
import { type MatrixColumn, outcomeMatrix } from "./matrix.js";
import { textAtHand } from "./pack.js";
import { instancePrefix, type PageText, type PartKind, type PartTier, textRef } from "./parts.js";
import type { CandidateSource, InstanceSource, PageSource, SourceText } from "./source.js";

/** A detail that names all of its texts, and the texts. */
export interface BuiltDetail {
  readonly detail: InstanceDetail;
  readonly texts: readonly PageText[];
}

/** The rollouts of one instance and what was made of them. */
export interface InstancePool {
  readonly instanceId: string;
  /** In natural order of ids. */
  readonly pool: readonly Evidence[];
  /** By aggregator, the deciding one first. */
  readonly rankings: ReadonlyMap<string, InstanceRanking>;
}

export function instanceDetail(source: PageSource, instance: InstancePool, given: InstanceSource): BuiltDetail {
  const { instanceId, pool, rankings } = instance;
  const prefix = instancePrefix(source.id, instanceId);
  const texts: PageText[] = [];
  const add = (kind: PartKind, tier: PartTier, text: SourceText, ...names: readonly string[]): LongText => {
    const id = textRef(prefix, kind, ...names);
    texts.push({ ...text, id, kind, tier });
    return { part: id, bytes: text.bytes };
  };
  const [ranking] = rankings.values();
  const order = ranking?.ranking.flat() ?? [];
  const place = new Map(order.map((id, index) => [id, index]));
  const placeOf = (id: string): number => place.get(id) ?? order.length;
  const rows = pool.toSorted(
    (a, b) => placeOf(a.rolloutId) - placeOf(b.rolloutId) || compareNatural(a.rolloutId, b.rolloutId),
  );
  const selected = ranking?.selected ?? null;
  const tierOf = tiers(rows, selected);
  const firstPlace = ({ rolloutIds }: CandidateSource): number => Math.min(...rolloutIds.map(placeOf));
  const candidates = given.candidates.toSorted(
    (a, b) => firstPlace(a) - firstPlace(b) || compareCodeUnits(a.candidateId, b.candidateId),
  );
  const tierOfCandidate = ({ rolloutIds }: CandidateSource): PartTier =>
    Math.min(3, ...rolloutIds.map(tierOf)) as PartTier;
  const ranks = ranksOf(ranking);
  const matrix = outcomeMatrix(
    given.base,
    candidates.map((candidate) => columnOf(candidate, pool)),
    (column, name, text) => {
      const candidate = column === null ? undefined : candidates[column];
      const tier = candidate === undefined ? 1 : tierOfCandidate(candidate);
      return add("log", tier, text, candidate?.candidateId ?? "base", name);
    },
  );
  const detail: InstanceDetail = {
    instanceId,
    issue: given.issue,
    rows: rows.map((evidence): RolloutDetail => {
      const { rolloutId, candidateId, signals } = evidence;
      const { transcript = null, modelInput = null } = given.rollouts.get(rolloutId) ?? {};
      const tier = tierOf(rolloutId);
      return {
        rolloutId,
        candidateId,
        rank: ranks.get(rolloutId) ?? null,
        selected: rolloutId === selected,
        signals,
        resolved: source.labels.get(instanceId)?.get(rolloutId) ?? null,
        transcript: transcript === null ? null : add("trajectory", tier, transcript, rolloutId),
        modelInput: modelInput === null ? null : add("model-input", tier, modelInput, rolloutId),
      };
    }),
    candidates: candidates.map((candidate) => candidateDetail(candidate, tierOfCandidate(candidate), add)),
    matrix,
    rankings: Object.fromEntries([...rankings].map(([name, { ranking: groups }]) => [name, groups])),
  };
  return { detail, texts };
}

/** 1: the rollouts of the chosen patch; 2: one rollout each of candidates with other evidence; 3: the rest. */
function tiers(rows: readonly Evidence[], selected: string | null): (rolloutId: string) => PartTier {
  const chosen = rows.find(({ rolloutId }) => rolloutId === selected);
  const seen = new Set<string>();
  const tier = new Map<string, PartTier>();
  for (const row of rows) {
    const differs = chosen === undefined || saysOf(row) !== saysOf(chosen);
    const isFirst = row.candidateId === null || !seen.has(row.candidateId);
    if (row.candidateId !== null) seen.add(row.candidateId);
    tier.set(row.rolloutId, row.rolloutId === selected ? 1 : differs && isFirst ? 2 : 3);
  }
  return (rolloutId) => tier.get(rolloutId) ?? 3;
}

/** What the tests said, as text. */
function saysOf({ signals }: Evidence): string {
  const execution = SIGNAL_NAMES.filter((name) => name !== "reward").map((name) => {
    const signal = signals[name];
    return signal.status === "ok" ? signal.value : signal.reason;
  });
  return JSON.stringify(execution);
}

/** 1 is best; members of a tie share a rank, and the next group's counts them all. */
function ranksOf(ranking: InstanceRanking | undefined): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  let above = 0;
  for (const group of ranking?.ranking ?? []) {
    for (const id of group) ranks.set(id, above + 1);
    above += group.length;
  }
  return ranks;
}

function columnOf({ candidateId, rolloutIds, verified }: CandidateSource, pool: readonly Evidence[]): MatrixColumn {
  const own = pool.find((one) => rolloutIds.includes(one.rolloutId) && one.generated !== undefined);
  const generated = own?.generated ?? pool.find((one) => one.candidateId === candidateId)?.generated ?? [];
  if (verified === null) return { runs: null, applied: true, outcomes: {}, generated, logs: new Map() };
  const { runs, applied, outcomes, logs } = verified;
  return { runs, applied, outcomes, generated, logs };
}

function candidateDetail(
  { candidateId, rolloutIds, patch, rawPatches, dropped, features }: CandidateSource,
  tier: PartTier,
  add: (kind: PartKind, tier: PartTier, text: SourceText, ...names: readonly string[]) => LongText,
): CandidateDetail {
  const raws = rolloutIds.flatMap((id) => (Object.hasOwn(rawPatches, id) ? [rawPatches[id] ?? ""] : []));
  const raw = raws.find((text) => text !== patch);
  return {
    candidateId,
    rolloutIds,
    patch: add("patch", 0, textAtHand(patch), candidateId, "normalised"),
    dropped: dropped.map(({ path, kind, reason }) => ({ path, kind, reason })),
    rawPatch: raw === undefined ? null : add("patch", tier, textAtHand(raw), candidateId, "raw"),
    addedLines: features.addedLines,
    removedLines: features.removedLines,
    files: patch.match(/^diff --git /gm)?.length ?? 0,
  };
}
