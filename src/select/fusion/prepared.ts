// What a fusion reads of one instance, computed once however many draws are ranked: figures of rollouts, of pairs, of classes.
import { group } from "d3-array";
import type { Evidence } from "../../core/schemas.js";
import { SIGNAL_NAMES } from "../../core/signal.js";
import type { PatchFeatures } from "../../core/types.js";
import { classKeys } from "../behaviour.js";
import { hasCandidate, isEmptyPatch } from "../candidate.js";
import { type TestTable, testTable } from "../testWeights/table.js";

export interface Prepared {
  readonly pool: readonly Evidence[];
  /** 0 may win; 1 its evidence speaks against it; 2 empty; 3 no candidate. A lower tier ranks higher. */
  readonly tier: Int8Array;
  /** n × n, row by row: Jaccard index of changed tokens; NaN where one of the two is not known. */
  readonly likeness: Float64Array;
  /** n × n, row by row: the share of the column's changed places that the row changes too; NaN as above. */
  readonly placesCovered: Float64Array;
  /** The same of lines of code added. */
  readonly codeCovered: Float64Array;
  /** By rollout: number of its class of equal behaviour; −1 for none. */
  readonly behaviour: Int32Array;
  /** By rollout: share of the generated tests that it passes, flaky ones aside; NaN where no outcome is known. */
  readonly passed: Float64Array;
  /** The same, of those that fail on base. */
  readonly reproduced: Float64Array;
}

export function prepare(pool: readonly Evidence[]): Prepared {
  const table = testTable(pool);
  const at = new Map(table?.rollouts.map((evidence, index) => [evidence, index]));
  const rows = pool.map((evidence) => at.get(evidence) ?? -1);
  return {
    pool,
    tier: Int8Array.from(pool, (evidence) => tierOf(evidence, pool)),
    likeness: pairsOf(pool, ({ tokenHashes }) => tokenHashes, jaccard),
    placesCovered: pairsOf(pool, ({ places }) => places, coverage),
    codeCovered: pairsOf(pool, ({ codeAdded }) => codeAdded, coverage),
    behaviour: behaviourOf(pool),
    passed: sharesOf(table, rows, () => true),
    reproduced: sharesOf(table, rows, ({ base }) => base === false),
  };
}

const AGAINST: ReadonlySet<string> = new Set(["patch-failed", "tampered"]);

/** These speak against a patch only where others did better: a suite that hangs for all says nothing of one. */
const AGAINST_IF_OTHERS_DID: ReadonlySet<string> = new Set(["timeout", "oom", "no-tests-ran"]);

/** As in a lexicographic key (design, contract 1): what speaks against a patch is no missing value, and not left to weights. */
function tierOf(evidence: Evidence, pool: readonly Evidence[]): number {
  if (!hasCandidate(evidence)) return 3;
  if (isEmptyPatch(evidence)) return 2;
  const isAgainst = SIGNAL_NAMES.some((name) => {
    const signal = evidence.signals[name];
    if (signal.status === "ok") return false;
    if (AGAINST.has(signal.reason)) return true;
    return AGAINST_IF_OTHERS_DID.has(signal.reason) && pool.some(({ signals }) => signals[name].status === "ok");
  });
  return isAgainst ? 1 : 0;
}

function pairsOf(
  pool: readonly Evidence[],
  setOf: (features: PatchFeatures) => readonly number[] | undefined,
  figure: (mine: readonly number[], theirs: readonly number[], shared: number) => number,
): Float64Array {
  const n = pool.length;
  const sets = pool.map((evidence) => {
    return isEmptyPatch(evidence) || evidence.features === null ? undefined : setOf(evidence.features);
  });
  const figures = new Float64Array(n * n).fill(Number.NaN);
  sets.forEach((mine, a) => {
    for (let b = 0; mine !== undefined && b < a; b++) {
      const theirs = sets[b];
      if (theirs === undefined) continue;
      const shared = sharedOf(mine, theirs);
      figures[a * n + b] = figure(mine, theirs, shared);
      figures[b * n + a] = figure(theirs, mine, shared);
    }
  });
  return figures;
}

/** Of each two lists once, however many pools they are in: what tests may say is drawn for the same patches again and again. */
const sharedBefore = new WeakMap<readonly number[], WeakMap<readonly number[], number>>();

function sharedOf(a: readonly number[], b: readonly number[]): number {
  const known = sharedBefore.get(a) ?? new WeakMap<readonly number[], number>();
  sharedBefore.set(a, known);
  const shared = known.get(b) ?? countShared(a, b);
  known.set(b, shared);
  return shared;
}

/** Of two sorted lists of distinct hashes. */
function countShared(a: readonly number[], b: readonly number[]): number {
  let [i, j, shared] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const order = (a[i] as number) - (b[j] as number);
    if (order === 0) shared += 1;
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
  return shared;
}

/** Two sets without any are alike. */
function jaccard(mine: readonly number[], theirs: readonly number[], shared: number): number {
  const union = mine.length + theirs.length - shared;
  return union === 0 ? 1 : shared / union;
}

/** Of nothing, nothing is covered. */
function coverage(_mine: readonly number[], theirs: readonly number[], shared: number): number {
  return theirs.length === 0 ? 0 : shared / theirs.length;
}

function behaviourOf(pool: readonly Evidence[]): Int32Array {
  const keyOf = classKeys(pool, "behaviour");
  const known = new Map<string, number>();
  return Int32Array.from(pool, (evidence) => {
    const key = keyOf(evidence);
    if (key === null) return -1;
    const place = known.get(key) ?? known.size;
    known.set(key, place);
    return place;
  });
}

/**
 * Mean over the generators of the share of their tests that a rollout passes, so that one who writes many tests has no more
 * to say than another. Of a rollout without a known outcome nothing is known.
 */
function sharesOf(
  table: TestTable | null,
  rows: readonly number[],
  counts: (test: TestTable["tests"][0]) => boolean,
): Float64Array {
  const tests = (table?.tests ?? []).filter((test) => !test.flakyOnBase && counts(test));
  const bySource = [...group(tests, ({ source }) => source).values()];
  return Float64Array.from(rows, (row) => {
    const shares = bySource.flatMap((own) => {
      const known = own.map(({ passed }) => passed[row] ?? null).filter((outcome) => outcome !== null);
      return known.length === 0 ? [] : [known.filter((outcome) => outcome).length / known.length];
    });
    return shares.sort((a, b) => a - b).reduce((sum, share) => sum + share, 0) / shares.length;
  });
}
