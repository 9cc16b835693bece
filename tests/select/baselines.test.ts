// Baselines, votes and the names they are registered under.
import { describe, expect, it } from "vitest";
import { BestkError } from "../../src/core/errors.js";
import { agentless } from "../../src/select/agentless.js";
import { first, majority, random, shortest } from "../../src/select/baselines.js";
import { EMPTY_CANDIDATE } from "../../src/select/candidate.js";
import { codemonkeys } from "../../src/select/codemonkeys.js";
import { consensus } from "../../src/select/consensus.js";
import { predictionsOf } from "../../src/select/predictions.js";
import { AGGREGATORS, aggregatorNamed } from "../../src/select/registry.js";
import { evidence } from "../support/evidence.js";

describe("baselines", () => {
  const pool = [
    evidence("r10", { candidate: "sha256:a", bytes: 30 }),
    evidence("r9", { candidate: "sha256:b", bytes: 20 }),
    evidence("r2", { candidate: EMPTY_CANDIDATE, bytes: 0 }),
    evidence("r11", { candidate: "sha256:a", bytes: 30 }),
    evidence("r12", { candidate: EMPTY_CANDIDATE, bytes: 0 }),
    evidence("r13", { candidate: EMPTY_CANDIDATE, bytes: 0 }),
    evidence("r14", { candidate: null }),
  ];

  it("first: natural order of ids", () => {
    expect(first.rank(pool).ranking.flat()).toEqual(["r2", "r9", "r10", "r11", "r12", "r13", "r14"]);
    expect(first.rank(pool)).toMatchObject({ selected: "r2", tie: false, why: "It is the first by rollout id." });
  });

  it("random: one tie", () => {
    expect(random.rank(pool).ranking).toEqual([["r2", "r9", "r10", "r11", "r12", "r13", "r14"]]);
    expect(random.rank(pool)).toMatchObject({ tie: true, selected: "r10" });
  });

  it("shortest: the smallest patch that is not empty, unknown sizes behind, empty ones last", () => {
    const ranked = shortest.rank(pool);
    expect(ranked.ranking).toEqual([["r9"], ["r10", "r11"], ["r14"], ["r2", "r12", "r13"]]);
    expect(ranked.why).toBe("Decided by size, 20 bytes against 30 bytes of r10.");
  });

  it("majority: the largest class of equal patches; empty and unknown ones don't vote", () => {
    const ranked = majority.rank(pool);
    expect(ranked.ranking).toEqual([["r10", "r11"], ["r9"], ["r14"], ["r2", "r12", "r13"]]);
    expect(ranked.why).toBe("Decided by votes, 2 against 1 of r9; tie of 2 with the same patch.");
  });

  it("without features or candidates every rollout ties", () => {
    const unknown = ["r1", "r2"].map((id) => evidence(id, { candidate: null }));
    for (const aggregator of [shortest, majority, consensus]) {
      expect(aggregator.rank(unknown).ranking).toEqual([["r1", "r2"]]);
    }
  });
});

describe("votes and likeness", () => {
  it("agentless: regressions, then reproduction, then the majority of what is left", () => {
    const pool = [
      evidence("r1", { regression: 0, reproduction: 1, candidate: "sha256:b" }),
      evidence("r2", { regression: 0, reproduction: 1, candidate: "sha256:c" }),
      evidence("r3", { regression: 0, reproduction: 1, candidate: "sha256:c" }),
      evidence("r4", { regression: -1, reproduction: 2, candidate: "sha256:a" }),
    ];
    expect(agentless.rank(pool).ranking).toEqual([["r2", "r3"], ["r1"], ["r4"]]);
  });

  it("codemonkeys: tests passed, ties to the shorter diff", () => {
    const pool = [
      evidence("r1", { reproduction: 2, bytes: 50 }),
      evidence("r2", { reproduction: 2, bytes: 40 }),
      evidence("r3", { reproduction: 1, bytes: 10 }),
    ];
    expect(codemonkeys.rank(pool).ranking).toEqual([["r2"], ["r1"], ["r3"]]);
  });

  it("consensus: the patch most like the others", () => {
    const pool = [
      evidence("r1", { bytes: 9, tokens: [1, 2] }),
      evidence("r2", { bytes: 9, tokens: [1, 2, 3] }),
      evidence("r3", { bytes: 9, tokens: [3, 4, 5] }),
      evidence("r4", { bytes: 9, tokens: [7] }),
      evidence("r5", { bytes: 0, tokens: [1, 2] }),
    ];
    expect(consensus.rank(pool).ranking).toEqual([["r2"], ["r1"], ["r3"], ["r4"], ["r5"]]);
    expect(consensus.rank(pool.slice(0, 1)).selected).toBe("r1");
  });
});

describe("names", () => {
  it("are the aggregators' own", () => {
    for (const [name, aggregator] of Object.entries(AGGREGATORS)) expect(aggregator.name).toBe(name);
  });

  it("answer with the nearest where they are unknown", () => {
    expect(aggregatorNamed("hybrid").name).toBe("hybrid");
    expect(aggregatorNamed(first)).toBe(first);
    expect(failureOf(() => aggregatorNamed("hybird"))).toMatchObject({
      code: "usage",
      hint: expect.stringMatching(/^did you mean hybrid/),
    });
    expect(failureOf(() => aggregatorNamed("toString")).hint).toContain("known: random");
    expect(failureOf(() => aggregatorNamed("oracle"))).toMatchObject({
      code: "usage",
      message: expect.stringContaining("reads the labels"),
    });
  });
});

describe("predictions", () => {
  const rankings = [
    { ...random.rank([evidence("r1")]), instanceId: "i-1" },
    { ...random.rank([evidence("r1", { candidate: null, reward: "no-patch" })]), instanceId: "i-2" },
  ];

  it("hold the patch of each selection; an instance without a candidate has none", () => {
    expect(predictionsOf(rankings, (instance, rollout) => `${instance} ${rollout}`, "m")).toEqual([
      { instance_id: "i-1", model_name_or_path: "m", model_patch: "i-1 r1" },
    ]);
  });

  it("can't be made without the patch", () => {
    expect(failureOf(() => predictionsOf(rankings, () => null, "m"))).toMatchObject({ code: "input" });
  });
});

function failureOf(run: () => unknown): BestkError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof BestkError) return thrown;
  }
  throw new Error("no BestkError was thrown");
}
