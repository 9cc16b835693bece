// Rollouts whose signals are known between bounds: what is surely better, and who is surely on a shortlist.
import { compareNatural } from "../core/order.js";
import type { Evidence } from "../core/schemas.js";
import { ok, type Signal, unavailable } from "../core/signal.js";
import { shortlistSize } from "./groups.js";
import { compareSignals, type Key } from "./key.js";
import { hasShortlist, type LexicographicOptions, shortlistOrder, type UsedKey } from "./rows.js";

/** Signals that tests give; the others are known before any is run. */
export const TEST_SIGNALS = ["regression", "reproduction"] as const;

export type TestSignal = (typeof TEST_SIGNALS)[number];

/** A rollout some of whose signals aren't measured yet; rollouts of one candidate have the same ones open. */
export interface OpenEvidence {
  readonly evidence: Evidence;
  /** The best value that is still possible, by signal that is open; Infinity: nothing bounds it, null: it can have none. */
  readonly open: Readonly<Partial<Record<TestSignal, number | null>>>;
  /** Open signals that were measured: base's second run decides what they are. */
  readonly unsure?: readonly TestSignal[];
  /** Of signals that are measured: the tests that fail. */
  readonly failing?: Readonly<Partial<Record<TestSignal, FailingTests>>>;
}

/**
 * Tests that fail on a candidate. As long as some may turn out to be flaky, which takes them away for all candidates, a set within
 * another is sure to be no worse, and more is not known.
 */
export interface FailingTests {
  readonly tests: readonly string[];
  /** Whether these count, for good. */
  readonly isFinal: boolean;
  /** Whether it is known that the signal has a value: base may yet show that no test of it counts. */
  readonly hasValue: boolean;
}

/** One key of one rollout; equal bounds: it is measured. */
interface Cell {
  readonly worst: Signal;
  readonly best: Signal;
  /** Open cells of one candidate turn out the same. */
  readonly candidateId: string | null;
  /** Whether its key counts for good, if it has a value. */
  readonly isFinal: boolean;
  readonly failing: (FailingTests & { readonly set: ReadonlySet<string> }) | null;
  readonly isMeasured: boolean;
}

export interface BoundedRow {
  readonly evidence: Evidence;
  /** In the order of the keys. */
  readonly cells: readonly Cell[];
}

/** Rows in natural order of rollout ids. */
export function boundRows(pool: readonly OpenEvidence[], keys: readonly Key[]): readonly BoundedRow[] {
  const evidence = pool.map((each) => each.evidence);
  const readers = keys.map((key) => key.prepare?.(evidence) ?? key.read);
  return pool
    .map((each) => ({
      evidence: each.evidence,
      cells: keys.map((key, index): Cell => {
        const best = openValue(each, key);
        if (best !== undefined) {
          const { candidateId } = each.evidence;
          const isMeasured = each.unsure?.some((name) => name === key.signal) ?? false;
          return { worst: WORST, best: atMost(best), candidateId, isFinal: false, failing: null, isMeasured };
        }
        return measuredCell((readers[index] ?? key.read)(each.evidence, evidence), each, key);
      }),
    }))
    .sort((a, b) => compareNatural(a.evidence.rolloutId, b.evidence.rolloutId));
}

export function isOpen({ worst, best }: Cell): boolean {
  return worst !== best;
}

/** Open, and not measured at all. */
export function isUnmeasured(cell: Cell): boolean {
  return isOpen(cell) && !cell.isMeasured;
}

function measuredCell(signal: Signal, { failing }: OpenEvidence, key: Key): Cell {
  const name = TEST_SIGNALS.find((each) => key.signal === each);
  const own = name === undefined ? undefined : failing?.[name];
  const cell = { worst: signal, best: signal, candidateId: null, isMeasured: true };
  if (own === undefined) return { ...cell, isFinal: true, failing: null };
  const sets = { isFinal: own.hasValue, failing: { ...own, set: new Set(own.tests) } };
  if (own.isFinal || own.tests.length === 0 || signal.status !== "ok") return { ...cell, ...sets };
  return name === "regression" ? { ...cell, best: ok(0), ...sets } : { ...cell, worst: ok(0), ...sets };
}

/** Ranks behind every other, with those like it. */
const WORST = unavailable("empty-patch", "as bad as it can be");

function openValue({ open }: OpenEvidence, key: Key): number | null | undefined {
  const name = TEST_SIGNALS.find((signal) => key.signal === signal);
  return name === undefined ? undefined : open[name];
}

/** Finite, so that two bounds can be compared. */
function atMost(value: number | null): Signal {
  if (value === null) return unavailable("no-tests", "it can have no value");
  return { status: "ok", value: Math.min(value, Number.MAX_VALUE) };
}

/** How things may turn out as far as it decides which keys count. */
export interface World {
  readonly used: readonly UsedKey[];
  /** The order that the shortlist is cut by, and that those below it are in. */
  readonly below: readonly UsedKey[];
  readonly standing: (row: BoundedRow) => Standing;
}

export interface Standing {
  readonly mayBeKept: boolean;
  readonly mayBeOut: boolean;
}

/** One world for each set of keys that may count: a key that nobody has a value for is left out. */
export function worldsOf(rows: readonly BoundedRow[], options: LexicographicOptions): readonly World[] {
  const sets = options.keys.reduce<readonly (readonly UsedKey[])[]>(
    (before, key, index) => {
      const cells = rows.flatMap(({ cells: own }) => own[index] ?? []);
      const isUsed = cells.some(({ worst, isFinal }) => isFinal && worst.status === "ok");
      const mayBeUsed = cells.some(({ best }) => best.status === "ok");
      return before.flatMap((used) => [...(mayBeUsed ? [[...used, { key, index }]] : []), ...(isUsed ? [] : [used])]);
    },
    [[]],
  );
  return sets.map((used) => worldOf(rows, used, options));
}

function worldOf(rows: readonly BoundedRow[], used: readonly UsedKey[], options: LexicographicOptions): World {
  if (!hasShortlist(used, options)) {
    return { used, below: used, standing: () => ({ mayBeKept: true, mayBeOut: false }) };
  }
  const order = shortlistOrder(used, options);
  const size = shortlistSize(rows.length, options);
  const place = new Map(rows.map((row, index) => [row, index]));
  // With ties to the first, whoever comes first by rollout id takes the place; else equals are taken together.
  const isAhead = (a: BoundedRow, b: BoundedRow, surely: boolean): boolean => {
    if (options.ties === "first") {
      const relation = relationOf(a, b, order);
      return relation === "better" || (relation === "equal" && (place.get(a) ?? 0) < (place.get(b) ?? 0));
    }
    return surely ? relationOf(a, b, order) === "better" : !isAtLeast(relationOf(b, a, order));
  };
  const standings = new Map(
    rows.map((row) => {
      const surely = rows.filter((other) => other !== row && isAhead(other, row, true)).length;
      const maybe = rows.filter((other) => other !== row && isAhead(other, row, false)).length;
      return [row, { mayBeKept: surely < size, mayBeOut: maybe >= size }];
    }),
  );
  return { used, below: order, standing: (row) => standings.get(row) ?? { mayBeKept: true, mayBeOut: true } };
}

/** What is sure of two rows: the first is better, equal, equal or better; or nothing. */
export type Relation = "better" | "equal" | "at-least" | "unsure";

export function isAtLeast(relation: Relation): boolean {
  return relation !== "unsure";
}

/** Of the first row to the second by these keys, one after the other. */
export function relationOf(a: BoundedRow, b: BoundedRow, keys: readonly UsedKey[]): Relation {
  let soFar: Relation = "equal";
  for (const { index } of keys) {
    const relation = cellRelation(a.cells[index] as Cell, b.cells[index] as Cell);
    if (relation === "better" || relation === "unsure") return relation;
    if (relation === "at-least") soFar = "at-least";
  }
  return soFar;
}

function cellRelation(a: Cell, b: Cell): Relation {
  if (a === b || (a.candidateId !== null && a.candidateId === b.candidateId)) return "equal";
  if (a.failing !== null && b.failing !== null && !(isCounted(a.failing) && isCounted(b.failing))) {
    const isWithin = isSubset(a.failing.set, b.failing.set);
    if (isWithin) return isSubset(b.failing.set, a.failing.set) ? "equal" : "at-least";
  }
  const order = compareSignals(a.worst, b.best);
  if (order < 0) return "better";
  if (order > 0) return "unsure";
  return isOpen(a) || isOpen(b) ? "at-least" : "equal";
}

function isCounted({ isFinal, hasValue }: FailingTests): boolean {
  return isFinal && hasValue;
}

function isSubset(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size <= b.size && [...a].every((test) => b.has(test));
}
