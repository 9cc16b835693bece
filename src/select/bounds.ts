// Rollouts whose signals are known between bounds: what is surely better, and who is surely on a shortlist.
import { compareNatural } from "../core/order.js";
import type { Evidence } from "../core/schemas.js";
import { type Signal, unavailable } from "../core/signal.js";
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
  /** Signals that are measured and the best that there is, if any rollout comes to have a value: all may lose it yet. */
  readonly best?: readonly TestSignal[];
}

/** One key of one rollout; equal bounds: it is measured. */
interface Cell {
  readonly worst: Signal;
  readonly best: Signal;
  /** Open cells of one candidate turn out the same. */
  readonly candidateId: string | null;
  /** Whether it is measured for good: then its key counts, if it has a value. */
  readonly isFinal: boolean;
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
          return { worst: WORST, best: atMost(best), candidateId: each.evidence.candidateId, isFinal: false };
        }
        const signal = (readers[index] ?? key.read)(each.evidence, evidence);
        const isFinal = each.best?.every((name) => name !== key.signal) ?? true;
        return { worst: signal, best: signal, candidateId: null, isFinal };
      }),
    }))
    .sort((a, b) => compareNatural(a.evidence.rolloutId, b.evidence.rolloutId));
}

export function isOpen({ worst, best }: Cell): boolean {
  return worst !== best;
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
  const order = compareSignals(a.worst, b.best);
  if (order < 0) return "better";
  if (order > 0) return "unsure";
  return isOpen(a) || isOpen(b) ? "at-least" : "equal";
}
