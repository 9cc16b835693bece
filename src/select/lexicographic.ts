// The one order behind execution-based, execution-free and hybrid selection: a list of keys, and maybe a shortlist.
import { compareCodeUnits, compareNatural } from "../core/order.js";
import type { Evidence, InstanceRanking } from "../core/schemas.js";
import type { Aggregator } from "./aggregator.js";
import { hasCandidate, isEmptyPatch } from "./candidate.js";
import type { Key } from "./key.js";
import {
  compareRows,
  hasShortlist,
  type LexicographicOptions,
  type Row,
  shortlistOrder,
  type UsedKey,
} from "./rows.js";
import { explain } from "./why.js";

/**
 * The aggregator of R2E-Gym's verifiers (arXiv 2504.07164) in the form of the notebook that drew its curves: the
 * shortlist takes the best by (shortlist key, then the other keys in their order); whoever equals the last one taken
 * in every key is taken too, for nothing tells them apart, so that no cut depends on a name. On the shortlist the order is
 * `keys`; below it, the order that the shortlist was cut by. Where the shortlist's key is unavailable for all, there is
 * no shortlist. Throws RangeError for an empty pool.
 */
export function lexicographic(options: LexicographicOptions): Aggregator {
  return {
    name: options.name,
    rank(pool) {
      const read = pool.toSorted(byRolloutId).map((evidence) => readRow(evidence, pool, options.keys));
      const used = options.keys
        .map((key, index) => ({ key, index }))
        .filter(({ index }) => read.some(({ signals }) => signals[index]?.status === "ok"));
      const rows = markKept(read, used, options);
      const groups = groupEqual(rows, comparatorOf(used, options), options.ties ?? "declared");
      return choose(groups, used, options);
    },
  };
}

function readRow(evidence: Evidence, pool: readonly Evidence[], keys: readonly Key[]): Row {
  return { evidence, signals: keys.map((key) => key.read(evidence, pool)), kept: true };
}

function markKept(rows: readonly Row[], used: readonly UsedKey[], options: LexicographicOptions): readonly Row[] {
  if (!hasShortlist(used, options)) return rows;
  const order = shortlistOrder(used, options);
  const sorted = rows.toSorted((a, b) => compareRows(a, b, order));
  const size = Math.max(1, options.shortlist?.size(rows.length) ?? rows.length);
  const last = sorted[Math.min(size, rows.length) - 1];
  return sorted.map((row, position) => ({
    ...row,
    kept: position < size || (options.ties !== "first" && last !== undefined && compareRows(row, last, order) === 0),
  }));
}

function comparatorOf(used: readonly UsedKey[], options: LexicographicOptions): (a: Row, b: Row) => number {
  const below = hasShortlist(used, options) ? shortlistOrder(used, options) : used;
  return (a, b) => Number(b.kept) - Number(a.kept) || compareRows(a, b, a.kept ? used : below);
}

/** Rows come in natural order of rollout ids, and sorting is stable: so do the members of a group. */
function groupEqual(
  rows: readonly Row[],
  compare: (a: Row, b: Row) => number,
  ties: "declared" | "first",
): readonly (readonly Row[])[] {
  const groups: Row[][] = [];
  for (const row of rows.toSorted(compare)) {
    const group = groups.at(-1);
    const top = group?.[0];
    if (group === undefined || top === undefined || ties === "first" || compare(top, row) !== 0) groups.push([row]);
    else group.push(row);
  }
  return groups;
}

/** From the best group that has anything to submit; within it an empty patch only where there is nothing else. */
function choose(
  groups: readonly (readonly Row[])[],
  used: readonly UsedKey[],
  options: LexicographicOptions,
): InstanceRanking {
  const first = groups[0]?.[0];
  if (first === undefined) throw new RangeError("a pool to rank holds at least one rollout");
  const place = groups.findIndex((group) => group.some(({ evidence }) => hasCandidate(evidence)));
  const group = groups[Math.max(0, place)] ?? [];
  const eligible = group.filter(({ evidence }) => hasCandidate(evidence));
  const nonEmpty = eligible.filter(({ evidence }) => !isEmptyPatch(evidence));
  const selected = (nonEmpty.length > 0 ? nonEmpty : eligible).toSorted(bySelection)[0] ?? null;
  return {
    instanceId: first.evidence.instanceId,
    ranking: groups.map((members) => members.map(({ evidence }) => evidence.rolloutId)),
    selected: selected?.evidence.rolloutId ?? null,
    tie: selected !== null && group.length > 1,
    why: explain({ groups, place, selected, used, options }),
  };
}

function byRolloutId(a: Evidence, b: Evidence): number {
  return compareNatural(a.rolloutId, b.rolloutId);
}

/** Contract 7: the smallest candidate id, then rollout id; a rollout without a known candidate comes last. */
function bySelection({ evidence: a }: Row, { evidence: b }: Row): number {
  if (a.candidateId !== null && b.candidateId !== null) {
    return compareCodeUnits(a.candidateId, b.candidateId) || byRolloutId(a, b);
  }
  return Number(a.candidateId === null) - Number(b.candidateId === null) || byRolloutId(a, b);
}
