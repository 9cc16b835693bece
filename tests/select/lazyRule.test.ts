import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/core/random.js";
import type { Evidence } from "../../src/core/schemas.js";
import { ok, unavailable } from "../../src/core/signal.js";
import type { GeneratedOutcome } from "../../src/core/types.js";
import type { Aggregator } from "../../src/select/aggregator.js";
import { type OpenEvidence, TEST_SIGNALS, type TestSignal } from "../../src/select/bounds.js";
import { foresight } from "../../src/select/foresight.js";
import { closed } from "../../src/select/lazy.js";
import { lazyRule } from "../../src/select/lazyRule.js";
import { AGGREGATORS } from "../../src/select/registry.js";
import { evidence } from "../support/evidence.js";

const TRIES = 60;

const NOTHING = unavailable("not-run", "not run yet");

const TESTS: readonly GeneratedOutcome[] = ["a", "b", "c"].map((name) => ({
  test: "t.py",
  name,
  source: "writer",
  writtenBy: [],
  base: "failed",
  outcome: "failed",
}));

/** Eight candidates of which patch and reward are known, some alike. */
function unmeasured(seed: number): OpenEvidence[] {
  const random = randomStream(seed, "pool");
  return Array.from({ length: 8 }, (_, index) => {
    const line = evidence(`r${index + 1}`, { candidate: `sha256:${index}`, reward: random.next(), bytes: 1 });
    const tokenHashes = [1, 2, 3, 4, 5, 6].filter(() => random.next() < 0.6);
    const features = { ...(line.features as NonNullable<Evidence["features"]>), tokenHashes };
    const signals = { ...line.signals, regression: NOTHING, reproduction: NOTHING };
    return { evidence: { ...line, features, signals }, open: { regression: 0, reproduction: TESTS.length } };
  });
}

interface Outcome {
  readonly chosen: string | null;
  readonly whole: string | null;
  readonly runs: number;
}

/** Runs what is asked for, with one draw of what tests may say in the place of a machine. */
function drive(aggregator: Aggregator, risk: number, seed: number): Outcome {
  const rule = lazyRule(aggregator, risk);
  if (rule === null) throw new RangeError("nothing can be left out");
  let pool = unmeasured(seed);
  const truth = foresight(pool, TESTS)(randomStream(seed, "truth"));
  for (let runs = 0; ; runs++) {
    const step = rule.settle(pool, TESTS);
    const kept = pool.map((each) => closed(each, "left out"));
    const chosen = aggregator.rank(kept).selected;
    if (step.settled) {
      expect(chosen).toBe(step.selected);
      return { chosen, whole: aggregator.rank(truth).selected, runs };
    }
    const [next] = step.work;
    pool = pool.map((each, index) =>
      each.evidence.candidateId === next?.candidateId ? measured(each, truth[index] as Evidence) : each,
    );
  }
}

function measured({ evidence: line }: OpenEvidence, { signals, generated = [] }: Evidence): OpenEvidence {
  const known = Object.fromEntries(TEST_SIGNALS.map((name) => [name, signals[name]])) as Pick<
    typeof signals,
    TestSignal
  >;
  return { evidence: { ...line, signals: { ...line.signals, ...known }, generated }, open: {} };
}

describe("a rule with a risk", () => {
  // With a choice that changes as often as allowed, one in 20 tries would be above the bound.
  it.each([
    ["codet", 0.05],
    ["consensus:behaviour", 0.05],
    ["hybrid", 0.1],
  ] as const)("changes choices of %s as seldom as it says", (name, risk) => {
    const all = Array.from({ length: TRIES }, (_, seed) => drive(AGGREGATORS[name], risk, seed));
    const changed = all.filter(({ chosen, whole }) => chosen !== whole).length;
    expect(changed).toBeLessThanOrEqual(TRIES * risk + 1.65 * Math.sqrt(TRIES * risk * (1 - risk)));
    const runs = all.reduce((sum, each) => sum + each.runs, 0);
    expect(runs).toBeLessThan(0.8 * 8 * all.length);
  });

  it("takes no risk that it is not given", () => {
    expect(lazyRule(AGGREGATORS.codet)).toBeNull();
    expect(lazyRule(AGGREGATORS.hybrid)?.risk).toBe(0);
    const before = lazyRule(AGGREGATORS.codet, 0.9)?.settle(unmeasured(1), null);
    // Before base ran, nothing can be said of its tests.
    expect(before?.settled).toBe(false);
  });

  it("runs nothing for an aggregator that reads no test", () => {
    expect(drive(AGGREGATORS.consensus, 0.01, 1).runs).toBe(0);
  });
});

describe("what tests may say", () => {
  it("leaves what is measured, and is the same for the same seed and any order", () => {
    const pool = unmeasured(3);
    const [first, second] = pool as [OpenEvidence, OpenEvidence];
    const known = {
      ...first,
      evidence: { ...first.evidence, signals: { ...first.evidence.signals, regression: ok(-2), reproduction: ok(1) } },
      open: {},
    };
    const draw = (given: readonly OpenEvidence[]) =>
      [...foresight(given, TESTS)(randomStream(1, "x"))].sort((a, b) => (a.rolloutId < b.rolloutId ? -1 : 1));
    const rest = [known, second, ...pool.slice(2)];
    expect(draw(rest)[0]?.signals).toEqual(known.evidence.signals);
    expect(draw(rest)).toEqual(draw(rest.toReversed()));
  });
});
