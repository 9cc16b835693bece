// The one order behind execution-based, execution-free and hybrid selection: a list of keys, and maybe a shortlist.
import { compareCodeUnits, compareNatural } from "../core/order.js";
import type { Evidence, InstanceRanking } from "../core/schemas.js";
import type { Aggregator } from "./aggregator.js";
import { hasCandidate, isEmptyPatch } from "./candidate.js";
import { drawOrder } from "./draws.js";
import { comparatorOf, groupEqual, markKept, readRows, usedKeys } from "./groups.js";
import type { LexicographicOptions, Row, UsedKey } from "./rows.js";
import { decisionBetween, explain } from "./why.js";

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
    order: options,
    rank(pool) {
      const { rows, used } = keptRows(pool, options);
      const groups = groupEqual(rows, comparatorOf(used, options), options.ties ?? "declared");
      return choose(groups, used, options);
    },
    draws: (pool) => drawOrder(pool, options),
    decision(pool, above, below) {
      const { rows, used } = keptRows(pool, options);
      const named = (id: string) => rows.find(({ evidence }) => evidence.rolloutId === id);
      const [winner, loser] = [named(above), named(below)];
      if (winner === undefined || loser === undefined) throw new RangeError(`no rollouts ${above} and ${below} here`);
      return decisionBetween(winner, loser, used, options);
    },
  };
}

function keptRows(
  pool: readonly Evidence[],
  options: LexicographicOptions,
): { readonly rows: readonly Row[]; readonly used: readonly UsedKey[] } {
  const read = readRows(pool, options.keys);
  const used = usedKeys(read, options.keys);
  return { rows: markKept(read, used, options), used };
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
