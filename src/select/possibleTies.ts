// What was left out because it could not change a choice may still have equalled it: such ties are declared, so that no choice looks surer.
import { compareNatural } from "../core/order.js";
import type { Evidence, InstanceRanking } from "../core/schemas.js";
import type { Signal } from "../core/signal.js";
import { hasCandidate, isEmptyPatch } from "./candidate.js";
import { readRows, usedKeys } from "./groups.js";
import { compareSignals } from "./key.js";
import { isTakenFirst } from "./lazy.js";
import type { LexicographicOptions, Row } from "./rows.js";

/**
 * The ranking with all those in the tie of the selection that nothing measured tells from it. The selection stays: only what would be
 * taken after it joins. The tie is then never smaller than from all tests, and may be larger.
 */
export function withPossibleTies(
  ranked: InstanceRanking,
  pool: readonly Evidence[],
  options: LexicographicOptions,
): InstanceRanking {
  const rows = readRows(pool, options.keys);
  const used = usedKeys(rows, options.keys);
  const place = ranked.ranking.findIndex((group) => group.includes(ranked.selected ?? ""));
  const selected = rows.find(({ evidence }) => evidence.rolloutId === ranked.selected);
  if (selected === undefined || options.ties === "first" || !rows.some(isAnyLeftOut)) return ranked;
  const behind = new Set(ranked.ranking.slice(place + 1).flat());
  const mayEqual = (row: Row): boolean =>
    behind.has(row.evidence.rolloutId) &&
    hasCandidate(row.evidence) &&
    !isEmptyPatch(row.evidence) &&
    isTakenFirst(selected, row, options) &&
    used.every(({ index }) => {
      const [mine, theirs] = [selected.signals[index] as Signal, row.signals[index] as Signal];
      return isLeftOut(theirs) || isLeftOut(mine) || compareSignals(mine, theirs) === 0;
    });
  const equals = rows.filter(mayEqual).map(({ evidence }) => evidence.rolloutId);
  if (equals.length === 0) return ranked;
  const tie = [...(ranked.ranking[place] ?? []), ...equals].sort(compareNatural);
  const below = ranked.ranking.slice(place + 1).map((group) => group.filter((id) => !equals.includes(id)));
  const more = equals.length === 1 ? "1 more was" : `${equals.length} more were`;
  return {
    ...ranked,
    ranking: [...ranked.ranking.slice(0, place), tie, ...below.filter((group) => group.length > 0)],
    tie: true,
    why: `${ranked.why} ${more} not measured in full, and could at best be equal: a tie of ${tie.length} then, from which the smallest candidate id is taken.`,
  };
}

function isAnyLeftOut({ signals }: Row): boolean {
  return signals.some(isLeftOut);
}

function isLeftOut(signal: Signal): boolean {
  return signal.status === "unavailable" && signal.reason === "could-not-matter";
}
