// What a fusion reads of one instance, computed once however many draws are ranked: figures of rollouts, of pairs, of tests.
import type { Evidence } from "../../core/schemas.js";
import { SIGNAL_NAMES } from "../../core/signal.js";
import type { ChangeSetName } from "../../core/types.js";
import { hasCandidate, isEmptyPatch } from "../candidate.js";
import { splits, testTable } from "../testWeights/table.js";

/** In what two patches may be alike: the tokens that `consensus` compares, and the sets of `patch/changeSets.ts`. */
export type LikenessName = "tokens" | ChangeSetName;

export const LIKENESSES = [
  "tokens",
  "added",
  "removed",
  "net",
  "pairs",
  "addedLines",
  "removedLines",
  "files",
  "places",
] as const satisfies readonly LikenessName[];

/** Outcomes of generated tests that tell some rollouts from others, by test. */
export interface PreparedTest {
  readonly source: string;
  readonly failsOnBase: boolean;
  readonly passesOnBase: boolean;
  /** By place in the pool: 1 passed, 0 not passed, −1 unknown. */
  readonly passed: Int8Array;
}

export interface Prepared {
  readonly pool: readonly Evidence[];
  /** Names of equal patches have equal numbers; −1: unknown or empty. */
  readonly candidate: Int32Array;
  /** 0 may win; 1 its evidence speaks against it; 2 empty; 3 no candidate. A lower tier ranks higher. */
  readonly tier: Int8Array;
  /** n × n, row by row; NaN where one of the two is not known or is empty. */
  readonly likeness: Readonly<Record<LikenessName, Float64Array>>;
  readonly tests: readonly PreparedTest[];
  /** Number of all tests, those that split nobody included. */
  readonly testCount: number;
}

export function prepare(pool: readonly Evidence[]): Prepared {
  const table = testTable(pool);
  const at = new Map(table?.rollouts.map((evidence, index) => [evidence, index]));
  const order = pool.map((evidence) => at.get(evidence) ?? -1);
  const ids = new Map<string, number>();
  return {
    pool,
    candidate: Int32Array.from(pool, (evidence) => {
      const { candidateId } = evidence;
      if (candidateId === null || isEmptyPatch(evidence)) return -1;
      if (!ids.has(candidateId)) ids.set(candidateId, ids.size);
      return ids.get(candidateId) as number;
    }),
    tier: Int8Array.from(pool, (evidence) => tierOf(evidence, pool)),
    likeness: Object.fromEntries(LIKENESSES.map((name) => [name, likenessOf(pool, name)])) as Prepared["likeness"],
    tests: (table?.tests ?? [])
      .filter((row) => splits(row) && !row.flakyOnBase)
      .map(({ source, base, passed }) => ({
        source: source ?? "",
        failsOnBase: base === false,
        passesOnBase: base === true,
        passed: Int8Array.from(
          order,
          (index) => ({ true: 1, false: 0, null: -1 })[String(passed[index] ?? null)] ?? -1,
        ),
      })),
    testCount: table?.tests.length ?? 0,
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

function likenessOf(pool: readonly Evidence[], name: LikenessName): Float64Array {
  const n = pool.length;
  const sets = pool.map((evidence) => {
    if (isEmptyPatch(evidence) || evidence.features === null) return null;
    return (name === "tokens" ? evidence.features.tokenHashes : evidence.features.sets?.[name]) ?? null;
  });
  const likeness = new Float64Array(n * n).fill(Number.NaN);
  for (let a = 0; a < n; a++) {
    const mine = sets[a];
    for (let b = 0; mine != null && b < a; b++) {
      const theirs = sets[b];
      if (theirs == null) continue;
      likeness[a * n + b] = likeness[b * n + a] = jaccard(mine, theirs);
    }
  }
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
