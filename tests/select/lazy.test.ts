import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Evidence } from "../../src/core/schemas.js";
import { UNAVAILABLE_REASONS, type UnavailableReason } from "../../src/core/signal.js";
import type { Aggregator } from "../../src/select/aggregator.js";
import { type OpenEvidence, TEST_SIGNALS, type TestSignal } from "../../src/select/bounds.js";
import { EMPTY_CANDIDATE } from "../../src/select/candidate.js";
import { closed, lazyOrder, settle } from "../../src/select/lazy.js";
import { AGGREGATORS } from "../../src/select/registry.js";
import type { LexicographicOptions } from "../../src/select/rows.js";
import { evidence } from "../support/evidence.js";

const LAZY = Object.values(AGGREGATORS).filter((aggregator) => lazyOrder(aggregator) !== null);

/** What a run of a patch that isn't empty can end in: whether it is empty or there is known before. */
const OF_RUNS = UNAVAILABLE_REASONS.filter((reason) => reason !== "empty-patch" && reason !== "no-patch");

const anyReason = fc.constantFrom(...OF_RUNS);
const mostly = (value: fc.Arbitrary<number>) =>
  fc.oneof({ weight: 3, arbitrary: value }, { weight: 2, arbitrary: anyReason });

/** Before and behind the name of the empty patch. */
const CANDIDATES = ["sha256:0", "sha256:1", "sha256:2", "sha256:f0", "sha256:f1", "sha256:f2"];

/** Every outcome of a pool, and what is known before: bounds that hold. */
interface World {
  readonly eager: readonly Evidence[];
  readonly start: readonly OpenEvidence[];
}

/** Few values, so that ties are common; often nobody has a value, so that keys are left out. */
const anyWorld: fc.Arbitrary<World> = fc
  .record({
    verdicts: fc.array(
      fc.record({
        regression: mostly(fc.integer({ min: -2, max: 0 })),
        reproduction: mostly(fc.integer({ min: 0, max: 2 })),
        slack: fc.constantFrom(0, 1, 5, Number.POSITIVE_INFINITY),
      }),
      { minLength: CANDIDATES.length, maxLength: CANDIDATES.length },
    ),
    rollouts: fc.array(
      fc.record({
        candidate: fc.constantFrom(0, 1, 2, 3, 4, 5, null, "empty" as const),
        reward: fc.oneof(fc.constantFrom(0, 0, 1, 2), fc.constant<UnavailableReason>("not-run"), anyReason),
      }),
      { minLength: 1, maxLength: 8, size: "max" },
    ),
    without: fc.subarray(["reward", ...TEST_SIGNALS]),
  })
  .map(({ verdicts, rollouts, without }) => {
    const rows = rollouts.map(({ candidate, reward }, index) => {
      const id = `r${index + 1}`;
      const known = { reward: without.includes("reward") ? ("not-run" as const) : reward };
      if (typeof candidate !== "number") {
        const reason = candidate === null ? "no-patch" : "empty-patch";
        const short = { ...known, regression: reason, reproduction: reason } as const;
        const line = evidence(id, { ...short, candidate: candidate === null ? null : EMPTY_CANDIDATE, bytes: 0 });
        return { line, start: { evidence: line, open: {} } };
      }
      const { slack, ...verdict } = verdicts[candidate] as (typeof verdicts)[number];
      const of = (name: TestSignal) => (without.includes(name) ? ("infra" as const) : verdict[name]);
      const short = { ...known, regression: of("regression"), reproduction: of("reproduction") };
      const line = evidence(id, { ...short, candidate: CANDIDATES[candidate] ?? null, bytes: 1 });
      const bound = (value: number | string): number => (typeof value === "number" ? value + slack : slack);
      const open = { regression: Math.min(0, bound(short.regression)), reproduction: bound(short.reproduction) };
      return { line, start: { evidence: line, open } };
    });
    return { eager: rows.map(({ line }) => line), start: rows.map(({ start }) => start) };
  });

interface Outcome {
  readonly selected: string | null;
  /** The evidence that is left at the end. */
  readonly pool: readonly Evidence[];
  readonly runs: number;
}

/** Runs what is asked for, `width` at a time, with the table in the place of a machine. */
function drive({ start }: World, options: LexicographicOptions, width: number): Outcome {
  // What is open must not be read: the driver of a run doesn't have it.
  let pool = start.map((each) => ({ ...each, evidence: closed(each, "open") }));
  for (let runs = 0; ; ) {
    const step = settle(pool, options);
    if (step.settled) return { selected: step.selected, pool: pool.map((each) => closed(each, "open")), runs };
    expect(step.work.length).toBeGreaterThan(0);
    for (const { candidateId, signal } of step.work.slice(0, width)) {
      runs += 1;
      pool = pool.map((each, index) => {
        if (each.evidence.candidateId !== candidateId) return each;
        expect(each.open[signal]).toBeDefined();
        const { [signal]: _, ...open } = each.open;
        const measured = (start[index] as OpenEvidence).evidence.signals[signal];
        return { evidence: { ...each.evidence, signals: { ...each.evidence.signals, [signal]: measured } }, open };
      });
    }
  }
}

function orderOf(aggregator: Aggregator): LexicographicOptions {
  return lazyOrder(aggregator) as LexicographicOptions;
}

describe.each(LAZY)("$name", (aggregator) => {
  it("selects the same rollout as from all evidence, also from what is left in the files", () => {
    fc.assert(
      fc.property(anyWorld, fc.integer({ min: 1, max: 3 }), (world, width) => {
        const eager = aggregator.rank(world.eager).selected;
        const lazy = drive(world, orderOf(aggregator), width);
        expect(lazy.selected).toBe(eager);
        expect(aggregator.rank(lazy.pool).selected).toBe(eager);
      }),
      { numRuns: 3000 },
    );
  });

  it("runs one candidate where that one passes everything", () => {
    const rows = ["r1", "r2", "r3", "r4"].map((id, index) =>
      evidence(id, {
        regression: 0,
        reproduction: 2,
        reward: (4 - index) / 10,
        candidate: `sha256:${index}`,
        bytes: 1,
      }),
    );
    const start = rows.map((line) => ({ evidence: line, open: { regression: 0, reproduction: 2 } }));
    expect(drive({ eager: rows, start }, orderOf(aggregator), 1)).toMatchObject({
      selected: "r1",
      runs: orderOf(aggregator).keys.filter(({ signal }) => TEST_SIGNALS.some((name) => name === signal)).length,
    });
  });
});

it("takes the aggregators that read no more of the tests than two sums", () => {
  expect(LAZY.map(({ name }) => name).sort()).toEqual([
    "agentless",
    "codemonkeys",
    "execution-based",
    "hybrid",
    "hybrid:deepswe",
    "hybrid:no-shortlist",
  ]);
});

it("runs nothing where there is one candidate, or none", () => {
  const twins = ["r1", "r2"].map((id) => evidence(id, { candidate: "sha256:a", reward: 0.5, bytes: 1 }));
  const open = { regression: 0, reproduction: 3 };
  const pool = twins.map((line) => ({ evidence: line, open }));
  const options = orderOf(AGGREGATORS.hybrid);
  expect(settle(pool, options)).toEqual({ settled: true, selected: "r1" });
  const none = evidence("r1", { regression: "no-patch", reproduction: "no-patch", candidate: null });
  expect(settle([{ evidence: none, open: {} }], options)).toEqual({ settled: true, selected: null });
});

it("tests nobody below the shortlist, and reproduction only where regression leaves a chance", () => {
  const rows = [
    evidence("r1", { regression: -1, reproduction: 2, reward: 0.9, bytes: 1 }),
    evidence("r2", { regression: 0, reproduction: 0, reward: 0.8, bytes: 1 }),
    evidence("r3", { regression: 0, reproduction: 1, reward: 0.7, bytes: 1 }),
    evidence("r4", { regression: 0, reproduction: 2, reward: 0.6, bytes: 1 }),
    evidence("r5", { regression: 0, reproduction: 2, reward: 0.5, bytes: 1 }),
  ];
  const start = rows.map((line) => ({ evidence: line, open: { regression: 0, reproduction: 2 } }));
  const { selected, pool } = drive({ eager: rows, start }, orderOf(AGGREGATORS.hybrid), 1);
  expect(selected).toBe("r3");
  const left = pool.map(({ signals }) => TEST_SIGNALS.filter((name) => signals[name].status === "ok"));
  expect(left).toEqual([["regression"], ["regression", "reproduction"], ["regression", "reproduction"], [], []]);
});
