// One plain sentence for a selection: which key decided, against whom, and whether it was a tie or a missing value.
import type { Signal } from "../core/signal.js";
import type { Decision } from "./aggregator.js";
import { hasCandidate, isEmptyPatch } from "./candidate.js";
import { compareSignals, type Key } from "./key.js";
import {
  compareRows,
  hasShortlist,
  type LexicographicOptions,
  type Row,
  shortlistOrder,
  type UsedKey,
} from "./rows.js";

/** The ranking that a sentence explains. */
export interface Outcome {
  /** Best first. */
  readonly groups: readonly (readonly Row[])[];
  /** Which group the selection comes from; −1 if none has a candidate. */
  readonly place: number;
  readonly selected: Row | null;
  readonly used: readonly UsedKey[];
  readonly options: LexicographicOptions;
}

/** Deterministic text, the same for any order of the input. */
export function explain(decision: Outcome): string {
  const total = decision.groups.reduce((sum, group) => sum + group.length, 0);
  if (decision.selected === null) {
    return total === 1 ? "The only rollout has no patch." : `None of the ${total} rollouts has a patch.`;
  }
  const clauses = [
    total === 1 ? "it is the only rollout" : decidedBy(decision, total),
    tieClause(decision),
    shortlistClause(decision),
    skippedClause(decision),
    leftOutClause(decision),
  ];
  return sentence(clauses.filter((clause) => clause !== ""));
}

function decidedBy({ groups, place, selected, used, options }: Outcome, total: number): string {
  const next = groups[place + 1]?.[0];
  if (selected === null) return "";
  if (next === undefined) return place > 0 ? "every rollout ranked above it has no patch" : allTie(used, total);
  const first = "it is the first by rollout id";
  const shortlisted = keptOf(groups);
  const apart = selected.kept !== next.kept;
  const deciding = decidingKey(selected, next, used, options);
  if (deciding === undefined) return used.length === 0 ? first : `equal in all that is known to the next, ${first}`;
  const values = against(deciding.key, at(selected, deciding.index), at(next, deciding.index), next.evidence.rolloutId);
  const among = `the best ${shortlisted} of ${total} by ${options.shortlist?.by.name}`;
  if (apart) return `it alone stays among ${among}: ${values}`;
  return `${values}${selected.kept && shortlisted < total ? `, among ${among}` : ""}`;
}

/** What put one row above another, for figures. */
export function decisionBetween(
  above: Row,
  below: Row,
  used: readonly UsedKey[],
  options: LexicographicOptions,
): Decision {
  const deciding = decidingKey(above, below, used, options);
  if (deciding === undefined) return { by: null, missing: null };
  const signal = at(below, deciding.index);
  return { by: deciding.key.name, missing: signal.status === "ok" ? null : signal.reason };
}

/** Two rows of the shortlist are compared by the keys; else by the order that it was cut by. */
function decidingKey(a: Row, b: Row, used: readonly UsedKey[], options: LexicographicOptions): UsedKey | undefined {
  const keys = hasShortlist(used, options) && !(a.kept && b.kept) ? shortlistOrder(used, options) : used;
  return keys.find(({ index }) => compareSignals(at(a, index), at(b, index)) !== 0);
}

function allTie(used: readonly UsedKey[], total: number): string {
  if (used.length === 0) return `nothing is known that orders the ${total} rollouts`;
  return `the ${total} rollouts are equal in ${used.map(({ key }) => key.name).join(", ")}`;
}

/** Says when the order of missing values decided (design, contract 1). */
function against(key: Key, mine: Signal, theirs: Signal, rival: string): string {
  if (mine.status === "ok" && theirs.status === "ok") {
    const [a, b] = shown(key, mine.value, theirs.value);
    return `decided by ${key.name}, ${a} against ${b} of ${rival}`;
  }
  if (mine.status === "ok" && theirs.status === "unavailable" && theirs.reason === "could-not-matter") {
    return `${key.name} is ${shown(key, mine.value)[0]}, and the tests of ${rival} that were left out put it no higher`;
  }
  if (mine.status === "ok" && theirs.status === "unavailable") {
    return `decided by ${key.name}, ${shown(key, mine.value)[0]} against none of ${rival} (${theirs.reason})`;
  }
  const reasons = [mine, theirs].map((signal) => (signal.status === "ok" ? "measured" : signal.reason));
  return `decided by ${key.name}, missing for both but ${reasons[0]} ranks above ${reasons[1]} of ${rival}`;
}

/** Four significant digits, or all of them where four would look equal. */
function shown(key: Key, ...values: readonly number[]): readonly string[] {
  const show = key.show ?? String;
  const short = values.map((value) => show(Number(value.toPrecision(4))));
  return new Set(short).size === new Set(values).size ? short : values.map(show);
}

function tieClause({ groups, place, selected, options }: Outcome): string {
  const group = groups[place] ?? [];
  if (selected === null || group.length < 2) return "";
  const ids = new Set(group.map(({ evidence }) => evidence.candidateId));
  if (ids.size === 1 && !ids.has(null)) return `tie of ${group.length} with the same patch`;
  const empty = !isEmptyPatch(selected.evidence) && group.some(({ evidence }) => isEmptyPatch(evidence));
  const rule = selected.evidence.candidateId === null ? "smallest rollout id" : "smallest candidate id";
  const chance = options.keys.length === 0 ? ", any of them as good" : "";
  return `tie of ${group.length}${chance}, the ${rule} is taken${empty ? ", empty patches aside" : ""}`;
}

/** The shortlist's price: tests of rollouts that are not on it can be better than those of the choice. */
function shortlistClause({ groups, selected, used, options }: Outcome): string {
  if (selected === null || !selected.kept || !hasShortlist(used, options)) return "";
  const tests = used.filter(({ key }) => key !== options.shortlist?.by);
  const better = groups
    .flat()
    .filter((row) => !row.kept && hasCandidate(row.evidence) && compareRows(row, selected, tests) < 0).length;
  return better === 0
    ? ""
    : `${better} with better tests ${better === 1 ? "is" : "are"} not among these ${keptOf(groups)}`;
}

function keptOf(groups: Outcome["groups"]): number {
  return groups.flat().filter(({ kept }) => kept).length;
}

function skippedClause({ groups, place }: Outcome): string {
  const above = groups.slice(0, Math.max(0, place)).flat().length;
  return above === 0 ? "" : `${above} ranked above it ${above === 1 ? "has" : "have"} no patch to submit`;
}

function leftOutClause({ groups, used, options }: Outcome): string {
  const left = options.keys
    .map((key, index) => ({ key, index }))
    .filter(({ index }) => !used.some((other) => other.index === index));
  if (left.length === 0) return "";
  const names = left.map(({ key, index }) => `${key.name} (${reasonsOf(groups.flat(), index)})`);
  return `left out as unavailable for all: ${names.join(", ")}`;
}

function reasonsOf(rows: readonly Row[], index: number): string {
  const reasons = rows
    .map((row) => at(row, index))
    .flatMap((signal) => (signal.status === "ok" ? [] : [signal.reason]));
  return [...new Set(reasons)].sort().join(", ");
}

function at(row: Row, index: number): Signal {
  return row.signals[index] as Signal;
}

function sentence(clauses: readonly string[]): string {
  const text = clauses.join("; ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
