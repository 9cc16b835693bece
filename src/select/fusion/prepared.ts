// What a fusion reads of one instance, computed once however many draws are ranked: figures of rollouts, of pairs, of classes.
import type { Evidence } from "../../core/schemas.js";
import { SIGNAL_NAMES } from "../../core/signal.js";
import { classKeys } from "../behaviour.js";
import { hasCandidate, isEmptyPatch } from "../candidate.js";
import { type TestTable, testTable } from "../testWeights/table.js";

export interface Prepared {
  readonly pool: readonly Evidence[];
  /** 0 may win; 1 its evidence speaks against it; 2 empty; 3 no candidate. A lower tier ranks higher. */
  readonly tier: Int8Array;
  /** n × n, row by row: Jaccard index of changed tokens; NaN where one of the two is not known. */
  readonly likeness: Float64Array;
  /** By rollout: the places on base that it changes, as numbers from 0; null where they aren't known. */
  readonly places: readonly (Int32Array | null)[];
  readonly placeCount: number;
  /** By rollout: number of its class of equal behaviour; −1 for none. */
  readonly behaviour: Int32Array;
  /** By rollout: share of all generated tests that it passes, flaky ones aside; NaN where no outcome is known. */
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
    likeness: likenessOf(pool),
    ...placesOf(pool),
    behaviour: behaviourOf(pool),
    passed: shareOf(table, rows, () => true),
    reproduced: shareOf(table, rows, ({ base }) => base === false),
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

function likenessOf(pool: readonly Evidence[]): Float64Array {
  const n = pool.length;
  const sets = pool.map((evidence) => (isEmptyPatch(evidence) ? null : (evidence.features?.tokenHashes ?? null)));
  const likeness = new Float64Array(n * n).fill(Number.NaN);
  sets.forEach((mine, a) => {
    for (let b = 0; mine !== null && b < a; b++) {
      const theirs = sets[b] ?? null;
      if (theirs === null) continue;
      likeness[a * n + b] = likeness[b * n + a] = jaccard(mine, theirs);
    }
  });
  return likeness;
}

/** Of two sorted lists of distinct hashes. Two patches without any are alike. */
function jaccard(a: readonly number[], b: readonly number[]): number {
  let [i, j, shared] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const order = (a[i] as number) - (b[j] as number);
    if (order === 0) shared += 1;
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
  const union = a.length + b.length - shared;
  return union === 0 ? 1 : shared / union;
}

function placesOf(pool: readonly Evidence[]): Pick<Prepared, "places" | "placeCount"> {
  const known = new Map<number, number>();
  const places = pool.map((evidence) => {
    const hashes = isEmptyPatch(evidence) ? undefined : evidence.features?.places;
    if (hashes === undefined) return null;
    return Int32Array.from(hashes, (hash) => {
      const place = known.get(hash) ?? known.size;
      known.set(hash, place);
      return place;
    });
  });
  return { places, placeCount: known.size };
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

/** An outcome that isn't known counts as the share of those that are. */
function shareOf(
  table: TestTable | null,
  rows: readonly number[],
  counts: (test: TestTable["tests"][0]) => boolean,
): Float64Array {
  const tests = (table?.tests ?? []).filter((test) => !test.flakyOnBase && counts(test));
  return Float64Array.from(rows, (row) => {
    const known = tests.map(({ passed }) => passed[row] ?? null).filter((outcome) => outcome !== null);
    return known.filter((outcome) => outcome).length / known.length;
  });
}
