// The order of rollouts: keys, missing values, shortlists and ties, as the design's contracts 1 and 7 say.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/core/hash.js";
import { UNAVAILABLE_REASONS, type UnavailableReason } from "../../src/core/signal.js";
import { EMPTY_CANDIDATE } from "../../src/select/candidate.js";
import { executionBased, executionFree, hybrid, hybridDeepswe, hybridNoShortlist } from "../../src/select/hybrid.js";
import { rankInstances } from "../../src/select/rankInstances.js";
import { AGGREGATORS } from "../../src/select/registry.js";
import { anyPool, anySignal, evidence, shuffled } from "../support/evidence.js";

const ALL = Object.values(AGGREGATORS);

describe("execution-based", () => {
  it("puts regression before reproduction", () => {
    const pool = [
      evidence("r1", { regression: -1, reproduction: 9 }),
      evidence("r2", { regression: 0, reproduction: 1 }),
      evidence("r3", { regression: 0, reproduction: 2 }),
    ];
    expect(executionBased.rank(pool).ranking).toEqual([["r3"], ["r2"], ["r1"]]);
  });

  it("orders missing values as contract 1 does, behind every measured one", () => {
    const unknown: readonly UnavailableReason[] = [
      "not-run",
      "could-not-matter",
      "no-tests",
      "infra",
      "over-context",
      "no-trajectory",
      "low-mass",
      "model-error",
      "no-patch",
    ];
    const suspicious: readonly UnavailableReason[] = ["timeout", "oom", "no-tests-ran"];
    const last: readonly UnavailableReason[] = ["tampered", "patch-failed", "empty-patch"];
    expect([...unknown, ...suspicious, ...last].toSorted()).toEqual(UNAVAILABLE_REASONS.toSorted());
    const pool = [-99, ...unknown, ...suspicious, ...last].map((regression) =>
      evidence(String(regression), { regression, candidate: "sha256:a" }),
    );
    expect(executionBased.rank(pool).ranking).toEqual([
      ["-99"],
      unknown.toSorted(),
      suspicious.toSorted(),
      ...last.map((reason) => [reason]),
    ]);
  });

  it("leaves a key out that is unavailable for all, and says so", () => {
    const ranked = executionBased.rank([
      evidence("r1", { regression: "timeout", reproduction: 1 }),
      evidence("r2", { regression: "tampered", reproduction: 2 }),
    ]);
    expect(ranked.ranking).toEqual([["r2"], ["r1"]]);
    expect(ranked.why).toBe(
      "Decided by reproduction, 2 against 1 of r1; left out as unavailable for all: regression (tampered, timeout).",
    );
  });

  it("says when a missing value decided", () => {
    const timeout = evidence("r2", { regression: "timeout", reproduction: 2 });
    const measured = executionBased.rank([evidence("r1", { regression: -3, reproduction: 0 }), timeout]);
    expect(measured.why).toBe("Decided by regression, -3 against none of r2 (timeout).");
    const infra = [evidence("r3", { reproduction: "infra" }), evidence("r4", { reproduction: "tampered" })];
    const both = executionBased.rank([
      ...infra,
      evidence("r1", { reproduction: 1, candidate: null, reward: "no-patch" }),
    ]);
    expect(both).toMatchObject({ ranking: [["r1"], ["r3"], ["r4"]], selected: "r3" });
    expect(both.why).toContain("missing for both but infra ranks above tampered of r4");
    expect(both.why).toContain("1 ranked above it has no patch to submit");
  });
});

describe("hybrid", () => {
  const pool = [
    evidence("r1", { regression: 0, reproduction: 5, reward: 0.1 }),
    evidence("r2", { regression: 0, reproduction: 4, reward: 0.2 }),
    evidence("r3", { regression: -1, reproduction: 3, reward: 0.9 }),
    evidence("r4", { regression: 0, reproduction: 2, reward: 0.7 }),
    evidence("r5", { regression: 0, reproduction: 2, reward: 0.8 }),
  ];

  it("lets the best three by reward compete on the tests, and orders the others by reward", () => {
    const ranked = hybrid.rank(pool);
    expect(ranked).toMatchObject({ ranking: [["r5"], ["r4"], ["r3"], ["r2"], ["r1"]], selected: "r5", tie: false });
    expect(ranked.why).toBe(
      "Decided by reward, 0.8 against 0.7 of r4, among the best 3 of 5 by reward; 2 with better tests are not among these 3.",
    );
  });

  it.each([
    ["has no patch", { regression: 0, reproduction: 9, reward: "no-patch", candidate: null }],
    ["was not run", { regression: "could-not-matter", reproduction: "could-not-matter", reward: 0.1 }],
    ["has the same tests", { regression: 0, reproduction: 2, reward: 0.1 }],
  ] as const)("says nothing of one off the shortlist that %s", (_, fields) => {
    const ranked = hybrid.rank([...pool.slice(2), evidence("r6", fields)]);
    expect(ranked.why).toBe("Decided by reward, 0.8 against 0.7 of r4, among the best 3 of 4 by reward.");
  });

  it("takes half of eight and more", () => {
    const eight = Array.from({ length: 8 }, (_, i) => evidence(`r${i}`, { reproduction: i, reward: -i }));
    expect(hybrid.rank(eight).ranking.flat().slice(0, 4)).toEqual(["r3", "r2", "r1", "r0"]);
  });

  it("gives a reward tie at the cut to the better tests", () => {
    const tied = [
      evidence("r1", { reproduction: 0, reward: 0.9 }),
      evidence("r2", { reproduction: 0, reward: 0.8 }),
      evidence("r3", { reproduction: 1, reward: 0.5 }),
      evidence("r4", { reproduction: 2, reward: 0.5 }),
    ];
    expect(hybrid.rank(tied).ranking).toEqual([["r4"], ["r1"], ["r2"], ["r3"]]);
  });

  it("never cuts between rollouts that are equal in every key", () => {
    const equal = ["r1", "r2", "r3", "r4"].map((id) => evidence(id, { reproduction: 1, reward: 0.5 }));
    expect(hybrid.rank(equal)).toMatchObject({ ranking: [["r1", "r2", "r3", "r4"]], selected: "r1", tie: true });
  });

  it("has no shortlist where no rollout has a reward", () => {
    const unscored = pool.map((rollout) => ({ ...rollout, signals: { ...rollout.signals, reward: notRun() } }));
    for (const aggregator of [hybrid, hybridNoShortlist]) {
      expect(aggregator.rank(unscored).ranking).toEqual(executionBased.rank(unscored).ranking);
    }
    expect(hybridDeepswe.rank(unscored).selected).toBe("r1");
    expect(hybrid.rank(unscored).why).not.toContain("among the best");
  });

  it("says when the shortlist alone decided", () => {
    const apart = [...pool.slice(2), evidence("r6", { reproduction: 9, reward: "over-context" })].map((rollout) => ({
      ...rollout,
      signals: { ...rollout.signals, regression: notRun() },
    }));
    const one = hybridDeepswe.rank(apart.slice(0, 2));
    expect(one.why).toMatch(
      /^It alone stays among the best 1 of 2 by reward: decided by reward, 0.9 against 0.7 of r4/,
    );
  });

  it("in DeepSWE's form takes half, at least one, and the first of ties", () => {
    expect(hybridDeepswe.rank(pool).ranking).toEqual([["r5"], ["r3"], ["r4"], ["r2"], ["r1"]]);
    expect(hybridDeepswe.rank(pool.slice(0, 1)).selected).toBe("r1");
    const equal = ["r10", "r9"].map((id) => evidence(id, { reproduction: 1, reward: 0.5 }));
    expect(hybridDeepswe.rank(equal)).toMatchObject({ ranking: [["r9"], ["r10"]], selected: "r9", tie: false });
    const cut = ["r10", "r9", "r2"].map((id) => evidence(id, { reproduction: id === "r10" ? 5 : 1, reward: 0.5 }));
    expect(hybridDeepswe.rank(cut).selected).toBe("r2");
  });
});

describe("selection", () => {
  it("takes the smallest candidate id of a tie, then the smallest rollout id in natural order", () => {
    const pool = [
      evidence("r1", { reward: 1, candidate: "sha256:b" }),
      evidence("r10", { reward: 1, candidate: "sha256:a" }),
      evidence("r9", { reward: 1, candidate: "sha256:a" }),
      evidence("r2", { reward: 1, candidate: null }),
    ];
    const ranked = executionFree.rank(pool);
    expect(ranked).toMatchObject({ ranking: [["r1", "r2", "r9", "r10"]], selected: "r9", tie: true });
    expect(ranked.why).toContain("tie of 4, the smallest candidate id is taken");
  });

  it("prefers anything to an empty patch in a tie, and takes it where there is nothing else", () => {
    expect(EMPTY_CANDIDATE).toBe(`sha256:${sha256("")}`);
    const empties = [
      evidence("r1", { reward: 1, candidate: EMPTY_CANDIDATE }),
      evidence("r2", { reward: 1, candidate: "sha256:a", bytes: 0 }),
      evidence("r3", { reward: 1, candidate: "sha256:a", regression: "empty-patch" }),
    ];
    const ranked = executionFree.rank([...empties, evidence("r4", { reward: 1, candidate: "sha256:z" })]);
    expect(ranked).toMatchObject({ selected: "r4", tie: true });
    expect(ranked.why).toContain("empty patches aside");
    expect(executionFree.rank(empties).selected).toBe("r2");
  });

  it("is null where no rollout has a patch, and stands for the rollout in a table that names no candidates", () => {
    const none = ["r1", "r2"].map((id) => evidence(id, { regression: "no-patch", reward: 0.5, candidate: null }));
    expect(hybrid.rank(none)).toMatchObject({ selected: null, tie: false, why: "None of the 2 rollouts has a patch." });
    expect(hybrid.rank(none.slice(0, 1)).why).toBe("The only rollout has no patch.");
    expect(hybrid.rank([evidence("r1", { reproduction: 3, candidate: null })]).selected).toBe("r1");
  });

  it("refuses an empty pool", () => {
    expect(() => hybrid.rank([])).toThrow(RangeError);
  });
});

describe("any aggregator, on any pool", () => {
  it.each(ALL)("$name: the ranking is the same for any order of the input", (aggregator) => {
    const reordered = anyPool.chain((pool) => fc.tuple(fc.constant(pool), shuffled(pool)));
    fc.assert(
      fc.property(reordered, ([pool, other]) => {
        expect(JSON.stringify(aggregator.rank(other))).toBe(JSON.stringify(aggregator.rank(pool)));
      }),
    );
  });

  it.each(ALL)("$name: tie groups part the rollouts, and the selection is one of them", (aggregator) => {
    fc.assert(
      fc.property(anyPool, (pool) => {
        const before = JSON.stringify(pool);
        const { ranking, selected, tie, why } = aggregator.rank(pool);
        expect(ranking.flat().toSorted()).toEqual(pool.map(({ rolloutId }) => rolloutId).toSorted());
        expect(ranking.every((group) => group.length > 0)).toBe(true);
        const group = ranking.find((members) => selected !== null && members.includes(selected));
        expect(tie).toBe((group?.length ?? 0) > 1);
        expect(why).toMatch(/^[A-Z].*\.$/);
        expect(why).not.toMatch(/NaN|undefined|Infinity/);
        expect(JSON.stringify(pool)).toBe(before);
      }),
    );
  });

  it.each(ALL)("$name: an empty patch is never chosen from a tie that holds another patch", (aggregator) => {
    fc.assert(
      fc.property(anyPool, (pool) => {
        const { ranking, selected } = aggregator.rank(pool);
        const chosen = pool.find(({ rolloutId }) => rolloutId === selected);
        fc.pre(chosen?.candidateId === EMPTY_CANDIDATE);
        const group = ranking.find((members) => members.includes(selected ?? "")) ?? [];
        const others = pool.filter(({ rolloutId }) => group.includes(rolloutId));
        const realPatch = others.filter(
          ({ candidateId, signals }) =>
            candidateId !== null &&
            candidateId !== EMPTY_CANDIDATE &&
            Object.values(signals).every((signal) => signal.status === "ok" || signal.reason !== "empty-patch"),
        );
        expect(realPatch).toEqual([]);
      }),
    );
  });

  it("equal rewards make hybrid, with a shortlist of all, execution-based with the rest in order", () => {
    const equalRewards = fc
      .array(fc.record({ regression: anySignal, reproduction: anySignal }), { minLength: 1, maxLength: 3 })
      .map((rows) => rows.map((row, index) => evidence(`r${index}`, { ...row, reward: 0.5 })));
    fc.assert(
      fc.property(equalRewards, (pool) => {
        expect(hybrid.rank(pool).ranking).toEqual(executionBased.rank(pool).ranking);
        expect(hybrid.rank(pool).ranking).toEqual(hybridNoShortlist.rank(pool).ranking);
      }),
    );
  });

  it("the selected rollout of hybrid is on the shortlist and no other there is better on the tests", () => {
    const measured = fc
      .array(
        fc.record({
          regression: fc.integer({ min: -2, max: 0 }),
          reproduction: fc.integer({ min: 0, max: 2 }),
          reward: fc.integer({ min: 0, max: 4 }),
        }),
        { minLength: 1, maxLength: 12 },
      )
      .map((rows) => rows.map((row, index) => ({ id: `r${index}`, ...row })));
    fc.assert(
      fc.property(measured, (rows) => {
        const pool = rows.map(({ id, ...signals }) => evidence(id, signals));
        const chosen = rows.find(({ id }) => id === hybrid.rank(pool).selected);
        const n = Math.max(3, Math.floor(rows.length / 2));
        const byReward = rows.toSorted(
          (a, b) => b.reward - a.reward || b.regression - a.regression || b.reproduction - a.reproduction,
        );
        const best = byReward
          .slice(0, n)
          .toSorted((a, b) => b.regression - a.regression || b.reproduction - a.reproduction || b.reward - a.reward)[0];
        expect(chosen).toMatchObject({
          regression: best?.regression,
          reproduction: best?.reproduction,
          reward: best?.reward,
        });
      }),
    );
  });
});

describe("many instances", () => {
  it("come out in natural order, whatever order they came in", () => {
    const all = ["i-10", "i-9"].flatMap((id) => [evidence("r2", {}, id), evidence("r1", {}, id)]);
    const document = rankInstances(all, hybrid);
    expect(document).toMatchObject({ schema: "bestk.ranking/1", aggregator: "hybrid" });
    expect(document.instances.map(({ instanceId }) => instanceId)).toEqual(["i-9", "i-10"]);
    expect(rankInstances(all.toReversed(), hybrid)).toEqual(document);
  });

  it("refuse two pieces of evidence for one rollout", () => {
    expect(() => rankInstances([evidence("r1"), evidence("r1")], hybrid)).toThrow(/two rollouts are named r1/);
  });
});

function notRun() {
  return { status: "unavailable", reason: "not-run", message: "" } as const;
}
