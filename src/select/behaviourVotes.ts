// Agreement counted over solutions instead of texts: votes by syntax and by behaviour, and likeness of test outcomes.
import type { Evidence } from "../core/schemas.js";
import { ok, type Signal, unavailable } from "../core/signal.js";
import type { Aggregator } from "./aggregator.js";
import { type Behaviour, behavioursOf, type ClassLevel, classKeys } from "./behaviour.js";
import { isEmptyPatch } from "./candidate.js";
import { type Key, lastOf } from "./key.js";
import { lexicographic } from "./lexicographic.js";

/** Number of rollouts in the same class. Patches that are no solution neither vote nor are voted for. */
export function votesBy(level: ClassLevel): Key {
  const prepare: NonNullable<Key["prepare"]> = (pool) => {
    const keyOf = classKeys(pool, level);
    const keys = new Map(pool.map((evidence) => [evidence, keyOf(evidence)]));
    const counts = lastOf((drawn) => {
      const votes = new Map<string | null, number>();
      for (const each of drawn) {
        const key = keys.get(each) ?? null;
        votes.set(key, (votes.get(key) ?? 0) + 1);
      }
      return votes;
    });
    return (evidence, drawn) => {
      const key = keys.get(evidence) ?? null;
      return key === null ? noSolution(evidence) : ok(counts(drawn).get(key) ?? 0);
    };
  };
  return { name: `votes by ${level}`, read: (evidence, pool) => prepare(pool)(evidence, pool), prepare };
}

/** Most rollouts that make the same change; among equals, those with the most equal texts. */
export const majoritySyntax: Aggregator = lexicographic({
  name: "majority:syntax",
  keys: [votesBy("syntax"), votesBy("text")],
});

/** Most rollouts that behave alike in all stable tests; among equals the finer levels. */
export const majorityBehaviour: Aggregator = lexicographic({
  name: "majority:behaviour",
  keys: [votesBy("behaviour"), votesBy("syntax"), votesBy("text")],
});

/** Mean share of equal outcomes with each other measured rollout, over the stable tests known of both; in [0, 1]. */
export const outcomeLikeness: Key = {
  name: "likeness of outcomes",
  read: (evidence, pool) => likenessIn(pool)(evidence, pool),
  prepare: likenessIn,
};

/** The patch whose test outcomes are most like the others'. */
export const consensusBehaviour: Aggregator = lexicographic({
  name: "consensus:behaviour",
  keys: [outcomeLikeness],
});

function likenessIn(pool: readonly Evidence[]): (evidence: Evidence, drawn: readonly Evidence[]) => Signal {
  const behaviours = behavioursOf(pool);
  const known = new Map<Evidence, Map<Evidence, number | null>>();
  return (evidence, drawn) => {
    const mine = behaviours.get(evidence);
    if (mine === undefined) return noSolution(evidence);
    if (!mine.measured) return unavailable("not-run", "no outcome of a stable test is known");
    const own = known.get(evidence) ?? new Map<Evidence, number | null>();
    known.set(evidence, own);
    const shares: number[] = [];
    for (const other of drawn) {
      const theirs = behaviours.get(other);
      if (other === evidence || theirs === undefined || !theirs.measured) continue;
      const share = own.get(other) ?? shareEqual(mine, theirs);
      own.set(other, share);
      if (share !== null) shares.push(share);
    }
    if (shares.length === 0) return ok(0);
    // Sorted, so that rounding of the sum never depends on the order of the pool.
    return ok(shares.sort((a, b) => a - b).reduce((sum, share) => sum + share, 0) / shares.length);
  };
}

/** null where no test is known of both. */
function shareEqual(a: Behaviour, b: Behaviour): number | null {
  let both = 0;
  let equal = 0;
  for (const [test, outcome] of a.outcomes) {
    const other = b.outcomes.get(test) ?? null;
    if (outcome === null || other === null) continue;
    both += 1;
    if (outcome === other) equal += 1;
  }
  return both === 0 ? null : equal / both;
}

function noSolution(evidence: Evidence): Signal {
  const { regression, reproduction } = evidence.signals;
  const why = isEmptyPatch(evidence) ? undefined : [regression, reproduction].find(isAgainst);
  return why ?? unavailable("empty-patch", "an empty patch is no solution");
}

function isAgainst(signal: Signal): boolean {
  return signal.status === "unavailable" && ["patch-failed", "tampered", "no-patch"].includes(signal.reason);
}
