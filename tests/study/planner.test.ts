// Plans: what they resolve is what curves say of the same evidence, what they cost is counted, and advice knows noise.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planSchema } from "../../src/core/schemas/study.js";
import type { Evidence } from "../../src/core/schemas.js";
import type { Labels } from "../../src/core/types.js";
import { aggregatorNamed } from "../../src/select/registry.js";
import { studyCurves } from "../../src/study/curves.js";
import { parseBudget } from "../../src/study/planner/advice.js";
import { AGENT_RUNS, type CostModel, expectedCandidates, parsePrices } from "../../src/study/planner/costs.js";
import { type PlannerOptions, type PlanPoint, type PlanStudy, studyPlans } from "../../src/study/planner.js";
import { meanOfAll } from "../../src/study/sampled.js";
import { evidence } from "../support/evidence.js";

const HYBRID = aggregatorNamed("hybrid");
const COSTS: CostModel = { prices: AGENT_RUNS, unit: "agent runs", ofInstance: new Map() };

interface Made {
  readonly evidence: readonly Evidence[];
  readonly labels: Labels;
}

/** 40 instances of 6 rollouts, 2 right; generator `good` passes right ones alone, `bad` says nothing. */
function made(instances = 40): Made {
  const labels = new Map<string, Map<string, boolean>>();
  const lines = Array.from({ length: instances }, (_, i) =>
    Array.from({ length: 6 }, (_, r) => {
      const instanceId = `x__y-${i}`;
      const right = (i + r) % 3 === 0;
      labels.set(instanceId, (labels.get(instanceId) ?? new Map()).set(`r${r}`, right));
      const generated = [
        test("good", "g1", right),
        test("good", "g2", right || r % 2 === 0),
        test("bad", "b1", (i + r) % 2 === 0),
      ];
      const passed = generated.filter(({ outcome }) => outcome === "passed").length;
      return { ...evidence(`r${r}`, { reproduction: passed, candidate: `c${r % 4}` }, instanceId), generated };
    }),
  ).flat();
  return { evidence: lines, labels };
}

function test(source: string, name: string, passes: boolean) {
  const outcome = passes ? ("passed" as const) : ("failed" as const);
  return { test: name, name: null, source, writtenBy: [], base: "failed" as const, outcome };
}

function plans(loaded: Made, options: Partial<PlannerOptions> = {}): PlanStudy {
  return studyPlans(loaded, { aggregator: HYBRID, costs: COSTS, budgets: [], seed: 0, draws: 200, ...options });
}

function at({ points }: PlanStudy, k: number, tests: PlanPoint["tests"]): PlanPoint {
  return points.find((point) => point.k === k && JSON.stringify(point.tests) === JSON.stringify(tests)) as PlanPoint;
}

/** Evidence whose reproduction signal counts one generator alone. */
function ofSource({ evidence: lines, labels }: Made, source: string): Made {
  const counted = lines.map((line) => {
    const own = (line.generated ?? []).filter((one) => one.source === source);
    const value = own.filter(({ outcome }) => outcome === "passed").length;
    return { ...line, signals: { ...line.signals, reproduction: { status: "ok" as const, value } }, generated: own };
  });
  return { evidence: counted, labels };
}

describe("plans", () => {
  it("resolve what the curve of the same evidence says: all generators, and the mean over single ones", () => {
    const loaded = made();
    const study = plans(loaded);
    const meanAt = (of: Made, k: number): number =>
      studyCurves(of, [HYBRID], { draws: 0 }).curves[0]?.points[k - 1]?.mean as number;
    for (const k of [1, 2, 4, 6]) {
      expect(at(study, k, { kind: "generators", count: 2 }).resolved.value).toBeCloseTo(meanAt(loaded, k), 10);
      const single = (meanAt(ofSource(loaded, "good"), k) + meanAt(ofSource(loaded, "bad"), k)) / 2;
      expect(at(study, k, { kind: "generators", count: 1 }).resolved.value).toBeCloseTo(single, 10);
    }
    expect(study.points.filter(({ tests }) => tests.kind === "generators").every(({ exact }) => exact)).toBe(true);
    expect(study.points.some(({ tests, exact }) => tests.kind === "number" && !exact)).toBe(true);
  });

  it("have the form of the published schema, and are the same for shuffled input", () => {
    const { evidence: lines, labels } = made();
    const options = { budgets: [{ cost: 5 }, { rollouts: 2, generators: 1 }, { cost: 0.5 }] };
    const study = plans({ evidence: lines, labels }, options);
    expect(planSchema.parse(JSON.parse(JSON.stringify(study)))).toEqual(JSON.parse(JSON.stringify(study)));
    expect(plans({ evidence: lines.toReversed(), labels }, options)).toEqual(study);
  });

  it("cost what is counted: agent runs, containers of distinct candidates, measured instances for themselves", () => {
    const loaded = made(4);
    const agents = at(plans(loaded), 3, { kind: "generators", count: 2 });
    expect([agents.cost, agents.spend.generators, agents.spend.tests]).toEqual([5, 2, 3]);
    const prices = { ...AGENT_RUNS, rollout: 0, generator: 0, open: 1, test: 10 };
    const ofInstance = new Map([["x__y-0", { test: 50 }]]);
    const timed = plans(loaded, { costs: { prices, unit: "seconds", ofInstance } });
    const point = at(timed, 6, { kind: "generators", count: 2 });
    // 4 distinct candidates: 1 + 3 tests of 10 s, and of 50 s on one instance of four.
    expect(point.spend.candidates).toBe(4);
    expect(point.cost).toBeCloseTo((3 * 4 * 31 + 4 * 151) / 4, 9);
    expect(timed.measured).toBe(1);
  });

  it("count distinct candidates as listing every draw does", () => {
    const pools = fc.array(fc.constantFrom("a", "b", "c", null), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(pools, fc.integer({ min: 1, max: 8 }), (candidates, wanted) => {
        const pool = candidates.map((candidate, i) => evidence(`r${i}`, { candidate }));
        const k = Math.min(wanted, pool.length);
        const distinct = (drawn: readonly number[]): number =>
          new Set(drawn.map((place) => candidates[place] ?? `alone ${place}`)).size;
        expect(expectedCandidates(pool, k)).toBeCloseTo(meanOfAll(pool.length, k, distinct), 9);
      }),
    );
  });

  it("lie on the frontier where nothing cheaper or equal resolves as much, and nothing else does", () => {
    const { points, frontier } = plans(made());
    for (const point of points) {
      const beaten = points.some(
        (other) =>
          other.cost <= point.cost + 1e-12 &&
          other.resolved.value >= point.resolved.value - 1e-9 &&
          (other.cost < point.cost - 1e-12 || other.resolved.value > point.resolved.value + 1e-9),
      );
      const isOn = frontier.some(
        ({ plan }) => plan.cost === point.cost && plan.resolved.value === point.resolved.value,
      );
      expect(isOn).toBe(!beaten);
    }
    expect(frontier[0]).toMatchObject({ gain: null, firm: true });
  });

  it("tell what more tests are worth in rollouts", () => {
    const { equal } = plans(made());
    const [one] = equal.filter(({ more, k }) => more.kind === "generators" && k === 2);
    expect(one).toMatchObject({ k: 2, more: { kind: "generators", count: 2 }, fewer: { count: 1 }, most: 6 });
    expect(one?.equals === null || (one?.equals as number) > 2).toBe(true);
  });
});

describe("advice", () => {
  it("takes the best that a budget pays for, names another kind, and says what is noise", () => {
    const { advice } = plans(made(), { budgets: [{ cost: 8 }, { rollouts: 1 }, { cost: 0.5 }] });
    const [rich, one, none] = advice;
    expect(rich?.best).toMatchObject({ tests: { kind: "generators" } });
    expect(rich?.best?.cost).toBeLessThanOrEqual(8);
    expect(rich?.words).toMatch(/Within 8 agent runs: .* Next best of another kind: .* noise\./);
    expect(rich?.outside).toBeGreaterThan(0.5);
    expect(one?.best).toMatchObject({ k: 1, tests: { kind: "none" } });
    expect(none).toMatchObject({ best: null, runnerUp: null });
    expect(none?.words).toContain("the cheapest plan costs 1 agent runs");
  });

  it("does not call a difference noise where every instance has it", () => {
    const { evidence: lines, labels } = made();
    const onlyGood = ofSource({ evidence: lines, labels }, "good");
    const { advice } = plans(onlyGood, { budgets: [{ cost: 7 }] });
    expect(advice[0]?.best).toMatchObject({ tests: { kind: "generators", count: 1 } });
    expect(advice[0]?.cheapest?.p ?? 1).toBeGreaterThanOrEqual(0.05);
    expect(advice[0]?.best?.resolved.value).toBeGreaterThan(0.85);
  });

  it("reads budgets and prices strictly", () => {
    expect(parseBudget("900")).toEqual({ cost: 900 });
    expect(parseBudget("rollouts=16, tests=4")).toEqual({ rollouts: 16, tests: 4 });
    expect(() => parseBudget("rollout=16")).toThrow(/no such limit/);
    expect(() => parseBudget("")).toThrow(/expected a number/);
    expect(parsePrices("rollout=60,test=0.5")).toEqual({ rollout: 60, test: 0.5 });
    expect(() => parsePrices("tests=1")).toThrow(/no such price/);
    expect(() => parsePrices("test=-1")).toThrow(/at least 0/);
  });
});
