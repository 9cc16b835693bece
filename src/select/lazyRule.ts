// When an instance's choice is settled: for certain, or, where some risk is taken, as good as certain by what tests may still say.
import { compareCodeUnits, compareNatural } from "../core/order.js";
import { randomStream } from "../core/random.js";
import type { Evidence } from "../core/schemas.js";
import type { Aggregator } from "./aggregator.js";
import { type OpenEvidence, TEST_SIGNALS, type TestSignal } from "./bounds.js";
import { type BaseOutcomes, foresight, isMeasured } from "./foresight.js";
import { closed, lazyOrder, type Settled, settle, type Work } from "./lazy.js";
import type { LexicographicOptions } from "./rows.js";

export interface LazyRule {
  /** The keys by which it is settled for certain; null: the aggregator has none, and only a risk lets anything out. */
  readonly order: LexicographicOptions | null;
  /** Of an instance's choice being another one than from all tests, at most; 0: none. */
  readonly risk: number;
  /** `tests`: the generated tests as base says them, empty where only their number is known; null: base was not run yet. */
  settle(pool: readonly OpenEvidence[], tests: BaseOutcomes | null): Settled;
}

/** null where nothing can be left out. */
export function lazyRule(aggregator: Aggregator, risk = 0): LazyRule | null {
  const order = lazyOrder(aggregator);
  if (order === null && risk === 0) return null;
  return {
    order,
    risk,
    settle(pool, tests) {
      const surely = order === null ? null : settle(pool, order);
      if (surely?.settled === true) return surely;
      if (risk === 0 || tests === null) return surely ?? { settled: false, work: allOf(pool) };
      const nearly = settleNearly(pool, tests, aggregator, risk);
      return nearly.settled ? nearly : (surely ?? nearly);
    },
  };
}

const DRAWS = 200;
/** Enough to see who else may be chosen. */
const LEAST_DRAWS = 40;

/**
 * Settled where the choice from what is known is another one than with the open tests in no more than `risk` of the draws of
 * what those may say (`foresight`; (changes + 1) / (draws + 2)). Else candidates to run, those first that are chosen most often.
 */
function settleNearly(
  pool: readonly OpenEvidence[],
  tests: BaseOutcomes,
  aggregator: Aggregator,
  risk: number,
): Settled {
  const known = pool.map(kept);
  const { selected } = aggregator.rank(known);
  const nameOf = candidateNames(known);
  const favourite = nameOf(selected);
  const works = allOf(pool);
  if (works.length === 0) return { settled: true, selected };
  const draw = foresight(pool, tests);
  const random = randomStream(0, known[0]?.instanceId ?? "", "what tests may say");
  const chosen = new Map<string | null, number>();
  const allowed = risk * (DRAWS + 2) - 1;
  let changes = 0;
  for (let drawn = 0; drawn < DRAWS && (changes <= allowed || drawn < LEAST_DRAWS); drawn++) {
    const name = choiceFrom(draw(random), aggregator, nameOf);
    chosen.set(name, (chosen.get(name) ?? 0) + 1);
    if (name !== favourite) changes += 1;
  }
  if (changes <= allowed) return { settled: true, selected, nearly: true };
  const often = ({ candidateId }: Work): number => chosen.get(candidateId) ?? 0;
  return { settled: false, work: works.toSorted((a, b) => often(b) - often(a)) };
}

/** As evidence is left if nothing more is run: what was measured stays, for good or not. */
function kept(each: OpenEvidence): Evidence {
  const open = Object.fromEntries(
    TEST_SIGNALS.filter((name) => each.open[name] !== undefined && !isMeasured(each.evidence.signals[name])).map(
      (name) => [name, each.open[name] ?? null],
    ),
  );
  return closed({ evidence: each.evidence, open }, "left out");
}

/** The candidate that is chosen; without the account of it where the aggregator can leave that out. */
function choiceFrom(
  pool: readonly Evidence[],
  aggregator: Aggregator,
  nameOf: (rolloutId: string | null) => string | null,
): string | null {
  const order = aggregator.draws?.(pool);
  if (order?.kind !== "pool") return nameOf(aggregator.rank(pool).selected);
  const top = order
    .top(pool.map((_, place) => place))
    .map((place) => nameOf((pool[place] as Evidence).rolloutId) ?? "");
  return top.toSorted(compareCodeUnits)[0] ?? null;
}

/** Rollouts of one candidate are one choice. */
function candidateNames(pool: readonly Evidence[]): (rolloutId: string | null) => string | null {
  const names = new Map(pool.map(({ rolloutId, candidateId }) => [rolloutId, candidateId ?? rolloutId]));
  return (rolloutId) => (rolloutId === null ? null : (names.get(rolloutId) ?? null));
}

/** All that is open, the first open signal of each candidate, and then what failed and may be flaky; in natural order of rollouts. */
function allOf(pool: readonly OpenEvidence[]): readonly Work[] {
  const sorted = pool.toSorted((a, b) => compareNatural(a.evidence.rolloutId, b.evidence.rolloutId));
  const works = new Map<string, Work>();
  for (const kind of ["contender", "confirm"] as const) {
    for (const { evidence, open, failing = {}, unsure = [] } of sorted) {
      const { candidateId } = evidence;
      const isWanted = (name: TestSignal): boolean =>
        kind === "contender"
          ? open[name] !== undefined && !unsure.includes(name)
          : unsure.includes(name) || failing[name]?.isFinal === false;
      const signal = TEST_SIGNALS.find(isWanted);
      if (candidateId === null || signal === undefined || works.has(candidateId)) continue;
      works.set(candidateId, { candidateId, signal, kind });
    }
  }
  return [...works.values()];
}
