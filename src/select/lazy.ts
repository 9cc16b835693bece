// Which tests can still change a lexicographic choice: what isn't measured has bounds, and what can't matter isn't run.
import { compareCodeUnits, compareNatural } from "../core/order.js";
import type { Evidence } from "../core/schemas.js";
import { unavailable } from "../core/signal.js";
import type { Aggregator } from "./aggregator.js";
import {
  type BoundedRow,
  boundRows,
  isAtLeast,
  isOpen,
  isUnmeasured,
  type OpenEvidence,
  relationOf,
  TEST_SIGNALS,
  type TestSignal,
  type World,
  worldsOf,
} from "./bounds.js";
import { hasCandidate, isEmptyPatch } from "./candidate.js";
import { compareSignals } from "./key.js";
import type { LexicographicOptions } from "./rows.js";

/** Tests to run: all that is open of one signal of one candidate. */
export interface Work {
  readonly candidateId: string;
  readonly signal: TestSignal;
  /**
   * `contender`: it was not measured, and can still win. `confirm`: it was, and its failures may be flaky. `beaten`: it only
   * matters whether it has a value at all.
   */
  readonly kind: "contender" | "confirm" | "beaten";
}

/**
 * `selected` once no outcome of what is open can change it, or, `nearly`, hardly any; else what to run, most promising first.
 */
export type Settled =
  | { readonly settled: true; readonly selected: string | null; readonly nearly?: true }
  | { readonly settled: false; readonly work: readonly Work[] };

/**
 * Whether the choice is settled: whatever the open signals turn out to be (any value up to its bound, or any reason), the
 * aggregator of `options` selects the same rollout, and it does so from evidence in which they are `could-not-matter` (`closed`). The
 * tie that a selection is taken from may be smaller than it would be (`possibleTies` says by whom). Work is one signal of a candidate, by the best
 * that can still become of it: no order of work can spare the first unless another candidate is found to be better.
 */
export function settle(pool: readonly OpenEvidence[], options: LexicographicOptions): Settled {
  const rows = boundRows(pool, options.keys);
  const worlds = worldsOf(rows, options);
  const able = rows.filter(({ evidence }) => hasCandidate(evidence));
  const promising = able.toSorted((a, b) => byPromise(a, b, worlds, options));
  const beats = (a: BoundedRow, b: BoundedRow): boolean => worlds.every((world) => surelyBeats(a, b, world, options));
  const winner = promising.find((row) => able.every((other) => other === row || beats(row, other)));
  if (winner !== undefined || able.length === 0) {
    return { settled: true, selected: winner?.evidence.rolloutId ?? null };
  }
  const isBeaten = (row: BoundedRow): boolean => able.some((other) => other !== row && beats(other, row));
  const beaten = new Set(promising.filter(isBeaten));
  const contenders = promising.filter((row) => !beaten.has(row));
  const measured = promising.filter(({ cells }) => !cells.some(isUnmeasured));
  const [world] = worlds;
  // Whether failures count tells nothing as long as others may come that fail the same tests, or none.
  const works = [
    ...worksOf(contenders, measured, world, "contender"),
    ...worksOf(contenders, measured, world, "confirm"),
    ...worksOf([...beaten, ...rows], measured, world, "beaten"),
  ];
  return { settled: false, work: distinct(works) };
}

/** Evidence to rank by once the choice is settled. */
export function closed({ evidence, open }: OpenEvidence, message: string): Evidence {
  const signals = { ...evidence.signals };
  for (const name of TEST_SIGNALS) {
    if (open[name] !== undefined) signals[name] = unavailable("could-not-matter", message);
  }
  return { ...evidence, signals };
}

/** The order of an aggregator whose choice can be settled early; null for any other: it needs all tests, or none. */
export function lazyOrder({ order }: Aggregator): LexicographicOptions | null {
  if (order === undefined) return null;
  const isTest = ({ signal }: { readonly signal?: string }): boolean => TEST_SIGNALS.some((name) => name === signal);
  const isKnown = order.keys.every((key) => isTest(key) || key.signal === "reward" || key.untested === true);
  return isKnown && order.keys.some(isTest) ? order : null;
}

/** Whether the first row is selected rather than the second, however it turns out in this world. */
function surelyBeats(a: BoundedRow, b: BoundedRow, world: World, options: LexicographicOptions): boolean {
  const [mine, theirs] = [world.standing(a), world.standing(b)];
  if (mine.mayBeOut && theirs.mayBeKept) return false;
  const isFirst = isTakenFirst(a, b, options);
  const wins = (keys: World["used"]): boolean => {
    const relation = relationOf(a, b, keys);
    return relation === "better" || (isAtLeast(relation) && isFirst);
  };
  if (mine.mayBeKept && theirs.mayBeKept && !wins(world.used)) return false;
  return !(mine.mayBeOut && theirs.mayBeOut) || wins(world.below);
}

/** Design, contract 7: of a tie the smallest candidate id, then rollout id, empty patches aside. */
export function isTakenFirst(
  { evidence: a }: Pick<BoundedRow, "evidence">,
  { evidence: b }: Pick<BoundedRow, "evidence">,
  options: LexicographicOptions,
): boolean {
  const byId = compareNatural(a.rolloutId, b.rolloutId);
  if (options.ties === "first") return byId < 0;
  const byEmptiness = Number(isEmptyPatch(a)) - Number(isEmptyPatch(b));
  const byCandidate =
    a.candidateId !== null && b.candidateId !== null
      ? compareCodeUnits(a.candidateId, b.candidateId)
      : Number(a.candidateId === null) - Number(b.candidateId === null);
  return (byEmptiness || byCandidate || byId) < 0;
}

/** Best first, if everything that is open turns out as well as it can, and all keys count. */
function byPromise(a: BoundedRow, b: BoundedRow, [world]: readonly World[], options: LexicographicOptions): number {
  if (world === undefined) return 0;
  const [mine, theirs] = [world.standing(a), world.standing(b)];
  if (mine.mayBeKept !== theirs.mayBeKept) return mine.mayBeKept ? -1 : 1;
  for (const { index } of mine.mayBeKept ? world.used : world.below) {
    const [x, y] = [a.cells[index], b.cells[index]];
    const order = x === undefined || y === undefined ? 0 : compareSignals(x.best, y.best);
    if (order !== 0) return order;
  }
  return isTakenFirst(a, b, options) ? -1 : 1;
}

/**
 * Of each candidate the signal to measure. A later key matters only if those before tie, so the first open one comes first;
 * but where one of the `measured` can't be worse in it, the candidate has to be better in a later one, which may settle
 * it alone: a suite that nobody can be better in than that one isn't run to find who is worse, though another sandbox is
 * needed if it comes to matter: suites take longer than sandboxes.
 */
function worksOf(
  rows: readonly BoundedRow[],
  measured: readonly BoundedRow[],
  world: World | undefined,
  kind: Work["kind"],
): readonly Work[] {
  return rows.flatMap((row): readonly Work[] => {
    const { candidateId } = row.evidence;
    const cellOf = ({ index }: World["used"][number]) => row.cells[index] as BoundedRow["cells"][number];
    const open = (world?.used ?? []).filter((key) => isOpen(cellOf(key)));
    const unmeasured = open.filter((key) => isUnmeasured(cellOf(key)));
    const wanted = kind === "confirm" || (kind === "beaten" && unmeasured.length === 0) ? open : unmeasured;
    const isPassed = (key: World["used"][number]): boolean =>
      measured.some((other) => other !== row && isAtLeast(relationOf(other, row, [key])));
    const chosen = wanted.find((key) => !isPassed(key)) ?? wanted.at(-1);
    const signal = TEST_SIGNALS.find((name) => name === chosen?.key.signal);
    return candidateId === null || signal === undefined ? [] : [{ candidateId, signal, kind }];
  });
}

/** The first work of each candidate. */
function distinct(works: readonly Work[]): readonly Work[] {
  const first = new Map<string, Work>();
  for (const work of works) if (!first.has(work.candidateId)) first.set(work.candidateId, work);
  return [...first.values()];
}
