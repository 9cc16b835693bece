// The same choice although flaky tests are looked for only where they matter: base once, failures not run again.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Evidence } from "../../src/core/schemas.js";
import type { FailingTests, OpenEvidence, TestSignal } from "../../src/select/bounds.js";
import { closed, lazyOrder, settle } from "../../src/select/lazy.js";
import { AGGREGATORS } from "../../src/select/registry.js";
import type { LexicographicOptions } from "../../src/select/rows.js";
import { evidence } from "../support/evidence.js";

const LAZY = Object.values(AGGREGATORS).filter((aggregator) => lazyOrder(aggregator) !== null);

const REGRESSION = ["r1", "r2", "r3"];
const GENERATED = ["g1", "g2", "g3"];

/** A patch that applies fails some regression tests and passes some generated ones. */
interface Patch {
  readonly fails: readonly string[];
  readonly passes: readonly string[];
  readonly applies: boolean;
}

interface World {
  readonly patches: readonly Patch[];
  readonly rollouts: readonly { readonly patch: number; readonly reward: number | "not-run" }[];
  /** What base's second run leaves. */
  readonly stable: readonly string[];
  readonly telling: readonly string[];
  /** What passes when it is run again, on whatever patch. */
  readonly flaky: readonly string[];
}

const anyWorld: fc.Arbitrary<World> = fc.record({
  patches: fc.array(
    fc.record({
      fails: fc.oneof(fc.constant([]), fc.subarray(REGRESSION)),
      passes: fc.oneof(fc.constant(GENERATED), fc.subarray(GENERATED)),
      applies: fc.integer({ min: 0, max: 9 }).map((draw) => draw > 0),
    }),
    { minLength: 5, maxLength: 5 },
  ),
  rollouts: fc.array(fc.record({ patch: fc.nat(4), reward: fc.constantFrom(0, 1, 2, "not-run" as const) }), {
    minLength: 1,
    maxLength: 8,
  }),
  stable: fc.oneof(fc.constant(REGRESSION), fc.subarray(REGRESSION)),
  telling: fc.oneof(fc.constant(GENERATED), fc.subarray(GENERATED)),
  flaky: fc.oneof(fc.constant([]), fc.subarray(REGRESSION)),
});

/** What was done so far. */
interface Done {
  isBaseWhole: boolean;
  readonly measured: Set<number>;
  readonly confirmed: Set<number>;
}

function poolOf({ patches, rollouts, stable, telling, flaky }: World, done: Done): readonly OpenEvidence[] {
  const isIn = (list: readonly string[]) => (test: string) => list.includes(test);
  const suite = done.isBaseWhole ? stable : REGRESSION;
  const units = done.isBaseWhole ? telling : GENERATED;
  const excused = [...done.confirmed].flatMap((patch) => (patches[patch] as Patch).fails.filter(isIn(flaky)));
  const limits = { regression: suite.length > 0 ? 0 : null, reproduction: units.length > 0 ? units.length : null };
  return rollouts.map(({ patch, reward }, index): OpenEvidence => {
    const { fails, passes, applies } = patches[patch] as Patch;
    const common = { candidate: `sha256:${patch}`, bytes: 1, reward } as const;
    const line = (regression: number | null, reproduction: number | null): Evidence =>
      evidence(`r${index + 1}`, {
        ...common,
        regression: regression ?? "no-tests",
        reproduction: reproduction ?? "no-tests",
      });
    if (!done.measured.has(patch)) return { evidence: line(null, null), open: limits };
    if (!applies) {
      return {
        evidence: evidence(`r${index + 1}`, { ...common, regression: "patch-failed", reproduction: "patch-failed" }),
        open: {},
      };
    }
    const failing = fails.filter((test) => suite.includes(test) && !excused.includes(test));
    const missed = units.filter((test) => !passes.includes(test));
    const isFinal = done.isBaseWhole && (done.confirmed.has(patch) || failing.length === 0);
    const sets: Partial<Record<TestSignal, FailingTests>> = {
      regression: { tests: failing, isFinal, hasValue: done.isBaseWhole },
      ...(done.isBaseWhole ? {} : { reproduction: { tests: missed, isFinal: missed.length === 0, hasValue: false } }),
    };
    const values = [
      suite.length > 0 ? 0 - failing.length : null,
      units.length > 0 ? units.length - missed.length : null,
    ] as const;
    return { evidence: line(...values), open: {}, failing: sets };
  });
}

interface Outcome {
  readonly selected: string | null;
  readonly pool: readonly Evidence[];
  readonly steps: number;
}

function drive(world: World, options: LexicographicOptions): Outcome {
  const done: Done = { isBaseWhole: false, measured: new Set(), confirmed: new Set() };
  for (let steps = 0; ; steps++) {
    const pool = poolOf(world, done);
    const next = settle(pool, options);
    if (next.settled) return { selected: next.selected, pool: pool.map((each) => closed(each, "open")), steps };
    const [work] = next.work;
    if (!done.isBaseWhole && work?.kind !== "contender") {
      done.isBaseWhole = true;
      continue;
    }
    const patch = Number(work?.candidateId.replace("sha256:", ""));
    const before = done.measured.has(patch) ? done.confirmed : done.measured;
    expect(before.has(patch)).toBe(false);
    before.add(patch);
  }
}

describe.each(LAZY)("$name", (aggregator) => {
  it("selects the same as with base run twice and every failure run again", () => {
    const all = new Set([0, 1, 2, 3, 4]);
    fc.assert(
      fc.property(anyWorld, (world) => {
        const whole = poolOf(world, { isBaseWhole: true, measured: all, confirmed: all });
        const eager = aggregator.rank(whole.map((each) => each.evidence)).selected;
        const lazy = drive(world, lazyOrder(aggregator) as LexicographicOptions);
        expect(lazy.selected).toBe(eager);
        expect(aggregator.rank(lazy.pool).selected).toBe(eager);
      }),
      { numRuns: 1500 },
    );
  });
});
