// What tests that were not run may still say: results drawn as if more candidates came like those that were run.
import { mean } from "d3-array";
import type { Random } from "../core/random.js";
import type { Evidence } from "../core/schemas.js";
import { ok, type Signal, type UnavailableReason, unavailable } from "../core/signal.js";
import type { GeneratedOutcome } from "../core/types.js";
import { type OpenEvidence, TEST_SIGNALS, type TestSignal } from "./bounds.js";
import { jaccard } from "./jaccard.js";

/** The generated tests of an instance, `outcome` being what base says; empty where only their number is known. */
export type BaseOutcomes = readonly GeneratedOutcome[];

/** What one candidate's tests say. */
type Result = Pick<Evidence, "generated" | "newFailures"> & Readonly<Record<TestSignal, Signal>>;

interface Place {
  /** Its rollouts, by place in the pool. */
  readonly members: readonly number[];
  readonly open: readonly TestSignal[];
  readonly limits: OpenEvidence["open"];
  /** Failures that were not run again, and may be flaky tests. */
  readonly isUnconfirmed: boolean;
  readonly known: Result;
  readonly features: Evidence["features"];
}

/**
 * Weight of a result that nobody had yet, against 1 of a candidate that is as like as candidates of the instance are on average. On
 * Agentless's rollouts of SWE-bench (four tables) the n+1st candidate's result is new with a probability of .22 to .42 for n = 1,
 * .05 to .13 for n = 5 and .05 to .09 for n = 10: NEW / (NEW + n) with NEW from 0.3 to 0.8. With the least of it, changes
 * of choices that are not settled yet are still foretold too often rather than too seldom: 7 % come to 5, 14 to 7, 28 to 18.
 */
const NEW = 0.3;
/** Likeness of candidates that have nothing in common; of equal ones it is 1 more. */
const UNLIKE = 0.15;
/** Of new results: patches that don't apply, suites without a new failure, and of tests all passed and all as on base. */
const REFUSED = 0.02;
const CLEAN = 0.75;
const ALL = 0.35;
const NONE = 0.35;
/** Failures that turn out flaky when they are run again. */
const FLAKY = 0.05;

/**
 * Completes a pool at random. Candidates are taken one after the other: each has the result of one that has one already, with a
 * probability that grows with how alike the patches are, or else a new one (a Pólya urn, Blackwell and MacQueen 1973, with
 * weights). Pure but for `random`; the order of the pool changes nothing.
 */
export function foresight(pool: readonly OpenEvidence[], tests: BaseOutcomes): (random: Random) => readonly Evidence[] {
  const places = placesOf(pool);
  const weight = weightsOf(places);
  return (random) => {
    const results: (Result | null)[] = places.map((place) =>
      place.open.length === 0 ? confirmed(place, random) : null,
    );
    for (const [index, place] of places.entries()) {
      if (results[index] !== null) continue;
      const drawn = drawResult(index, results, weight, place, tests, random);
      results[index] = withKnown(place, drawn);
    }
    const completed = [...pool.map(({ evidence }) => evidence)];
    for (const [index, { members }] of places.entries()) {
      const { regression, reproduction, generated, newFailures } = results[index] as Result;
      for (const member of members) {
        const { generated: _g, newFailures: _n, ...evidence } = completed[member] as Evidence;
        completed[member] = {
          ...evidence,
          signals: { ...evidence.signals, regression, reproduction },
          ...(generated === undefined ? {} : { generated }),
          ...(newFailures === undefined ? {} : { newFailures }),
        };
      }
    }
    return completed;
  };
}

/** Whether a signal was measured, if perhaps not for good. */
export function isMeasured(signal: Signal): boolean {
  return signal.status === "ok" || (signal.reason !== "not-run" && signal.reason !== "could-not-matter");
}

/** Candidates in order of their ids; a rollout without one is its own. */
function placesOf(pool: readonly OpenEvidence[]): readonly Place[] {
  const members = new Map<string, number[]>();
  for (const [place, { evidence }] of pool.entries()) {
    const id = evidence.candidateId ?? `\0${evidence.rolloutId}`;
    members.set(id, [...(members.get(id) ?? []), place]);
  }
  return [...members]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, own]) => {
      const { evidence, open, failing } = pool[own[0] as number] as OpenEvidence;
      const { signals, generated, newFailures, features } = evidence;
      const { regression, reproduction } = signals;
      const known = {
        regression,
        reproduction,
        ...(generated === undefined ? {} : { generated }),
        ...(newFailures === undefined ? {} : { newFailures }),
      };
      return {
        members: own,
        open: TEST_SIGNALS.filter((name) => open[name] !== undefined),
        limits: open,
        isUnconfirmed: failing?.regression?.isFinal === false && regression.status === "ok" && regression.value < 0,
        known,
        features,
      };
    });
}

function drawResult(
  index: number,
  results: readonly (Result | null)[],
  weightOf: (a: number, b: number) => number,
  { limits }: Place,
  tests: BaseOutcomes,
  random: Random,
): Result {
  const others = results.flatMap((result, other) =>
    result === null || isWithoutRun(result) ? [] : [{ result, weight: weightOf(index, other) }],
  );
  const sum = others.reduce((total, { weight }) => total + weight, 0);
  let left = random.next() * (sum + NEW);
  for (const { result, weight } of others) {
    left -= weight;
    if (left < 0) return result;
  }
  return newResult(
    limits,
    others.map(({ result }) => result),
    tests,
    random,
  );
}

/** Such as of an empty patch, which says nothing of what others do. */
function isWithoutRun({ regression, reproduction }: Result): boolean {
  const isEmpty = (signal: Signal): boolean => signal.status === "unavailable" && WITHOUT_RUN.has(signal.reason);
  return isEmpty(regression) && isEmpty(reproduction);
}

const WITHOUT_RUN: ReadonlySet<UnavailableReason> = new Set(["empty-patch", "no-patch", "no-tests"]);

/** Of each two places, 1 on average and where a patch is not known: computed once for all draws. */
function weightsOf(places: readonly Place[]): (a: number, b: number) => number {
  const figures = places.map(({ features: mine }, a) =>
    places.map(({ features: theirs }, b) =>
      a === b || mine === null || theirs === null ? null : UNLIKE + jaccard(mine.tokenHashes, theirs.tokenHashes),
    ),
  );
  const average = mean(figures.flat().filter((figure) => figure !== null)) ?? 1;
  return (a, b) => (figures[a]?.[b] ?? average) / average;
}

function newResult(limits: OpenEvidence["open"], seen: readonly Result[], tests: BaseOutcomes, random: Random): Result {
  if (random.next() < REFUSED) {
    const refused = unavailable("patch-failed", "drawn");
    return { regression: refused, reproduction: refused };
  }
  const failures = random.next() < CLEAN ? 0 : 1 + Math.floor(-3 * Math.log(1 - random.next()));
  const regression = limits.regression === null ? NO_TESTS : ok(0 - failures);
  const kind = random.next();
  const chance = (index: number): number => {
    if (kind < ALL) return 1;
    if (kind < ALL + NONE) return 0;
    const said = seen.flatMap(({ generated }) => generated?.[index]?.outcome ?? []);
    return (1 + said.filter((outcome) => outcome === "passed").length) / (2 + said.length);
  };
  if (tests.length === 0) {
    const { reproduction: limit } = limits;
    if (limit === null || limit === undefined) return { regression, reproduction: NO_TESTS };
    const most = Math.min(limit, MOST);
    const value = kind < ALL ? most : kind < ALL + NONE ? 0 : random.below(most + 1);
    return { regression, reproduction: ok(value) };
  }
  const generated = tests.map((test, index): GeneratedOutcome => {
    const isFailing = test.base === "failed" || test.base === "error";
    if (!isFailing) return test;
    return { ...test, outcome: random.next() < chance(index) ? "passed" : "failed" };
  });
  const passed = generated.filter(
    ({ base, outcome }) => outcome === "passed" && (base === "failed" || base === "error"),
  );
  const isInformative = generated.some(({ base }) => base === "failed" || base === "error");
  return { regression, reproduction: isInformative ? ok(passed.length) : NO_TESTS, generated };
}

const NO_TESTS = unavailable("no-tests", "drawn");
/** Where nothing bounds the number of tests. */
const MOST = 3;

/** What was measured stays, but that what failed may be flaky. */
function confirmed({ isUnconfirmed, known }: Place, random: Random): Result {
  if (!isUnconfirmed || random.next() >= FLAKY) return known;
  const { newFailures: _, ...rest } = known;
  return { ...rest, regression: ok(0) };
}

function withKnown({ open, known }: Place, drawn: Result): Result {
  const isKept = (name: TestSignal): boolean => !open.includes(name) || isMeasured(known[name]);
  const { generated } = isKept("reproduction") ? known : drawn;
  const { newFailures } = isKept("regression") ? known : drawn;
  return {
    regression: isKept("regression") ? known.regression : drawn.regression,
    reproduction: isKept("reproduction") ? known.reproduction : drawn.reproduction,
    ...(generated === undefined ? {} : { generated }),
    ...(newFailures === undefined ? {} : { newFailures }),
  };
}
