// A fusion as an aggregator: the same contracts as every other, names that change nothing, and signals that may be missing.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Evidence } from "../../src/core/schemas.js";
import { unavailable } from "../../src/core/signal.js";
import { hasCandidate } from "../../src/select/candidate.js";
import { COLUMNS, fillCentred } from "../../src/select/fusion/columns.js";
import { type Fusion, parseFusion } from "../../src/select/fusion/model.js";
import { prepare } from "../../src/select/fusion/prepared.js";
import { marksOf } from "../../src/select/fusion/seen.js";
import { fusion, fusionProbabilities } from "../../src/select/fusion.js";
import { poolsOf } from "../../src/select/rankInstances.js";
import { topOf } from "../../src/study/topOf.js";
import { anyPool, evidence, shuffled } from "../support/evidence.js";
import { fusionWorld, renamed } from "../support/fusionWorld.js";

const PART = {
  score: {
    reward: 1,
    regression: 2,
    reproduction: 1,
    behaviour: 1,
    likeness: 1,
    "places covered": 2,
    "code covered": 1,
  },
  level: { "patches alike": 1 },
  slope: 1.5,
  intercept: 0.2,
};

const MODEL: Fusion = {
  schema: "bestk.fusion/1",
  name: "fusion",
  all: PART,
  folds: [{ ...PART, slope: 0.5 }],
  abstainBelow: 0.5,
  fitted: { instances: 3, rollouts: 9, mixed: 2, ridge: 1, seed: 0, seen: {}, repositories: [] },
};

const ranker = fusion(MODEL);

describe("a fusion", () => {
  it("ranks every rollout once, the same for any order of the input, and draws as it ranks", () => {
    const reordered = anyPool.chain((pool) => fc.tuple(fc.constant(pool), shuffled(pool)));
    fc.assert(
      fc.property(reordered, ([pool, other]) => {
        const ranked = ranker.rank(pool);
        expect(ranker.rank(other)).toEqual(ranked);
        expect(ranked.ranking.flat().toSorted()).toEqual(pool.map(({ rolloutId }) => rolloutId).toSorted());
        const order = ranker.draws?.(pool);
        if (order === undefined) throw new Error("a fusion says how draws are ordered");
        const top = topOf(order, pool.map(hasCandidate))(pool.map((_, place) => place));
        const group =
          ranked.ranking.find((members) => ranked.selected !== null && members.includes(ranked.selected)) ?? [];
        expect(top.map((place) => pool[place]?.rolloutId).toSorted()).toEqual([...group].toSorted());
      }),
    );
  });

  it("scores a draw as if there had been no other rollouts", () => {
    const { evidence: all } = fusionWorld({ instances: 6 });
    for (const { pool } of poolsOf(all)) {
      const order = ranker.draws?.(pool);
      if (order?.kind !== "pool") throw new Error("its order depends on who is drawn");
      const drawn = [0, 2, 3, 5];
      const part = drawn.map((place) => pool[place] as Evidence);
      const { selected, ranking } = ranker.rank(part);
      const group = ranking.find((members) => selected !== null && members.includes(selected)) ?? [];
      expect(order.top(drawn).map((place) => pool[place]?.rolloutId)).toEqual(group);
    }
  });

  it("never sees a name: renaming instances and rollouts changes no probability", () => {
    const world = fusionWorld({ instances: 8 });
    const figures = (all: readonly Evidence[]) =>
      all.map((own) => {
        const { pool } = poolsOf(all).find(({ instanceId }) => instanceId === own.instanceId) ?? {
          pool: [] as readonly Evidence[],
        };
        return fusionProbabilities(MODEL, pool)[pool.indexOf(own)];
      });
    expect(figures(renamed(world).evidence)).toEqual(figures(world.evidence));
    expect(new Set(figures(world.evidence)).size).toBeGreaterThan(10);
  });

  it("ranks what speaks against a patch behind all others, and says why", () => {
    const pool = [
      evidence("r1", { regression: "tampered", reward: 0.9 }),
      evidence("r2", { regression: -9, reward: 0.1 }),
      evidence("r3", { regression: "timeout", reward: 0.9 }),
      evidence("r4", { regression: "infra", reward: 0.2 }),
      evidence("r5", { candidate: null, regression: "no-patch" }),
      evidence("r6", { regression: "empty-patch" }),
    ];
    const { ranking, selected } = ranker.rank(pool);
    expect(selected).toBe("r4");
    expect(ranking.slice(0, 2).flat()).toEqual(["r4", "r2"]);
    const place = (id: string) => ranking.findIndex((group) => group.includes(id));
    expect(place("r3")).toBeLessThan(place("r1"));
    expect(place("r1")).toBeLessThan(place("r6"));
  });

  it("takes a missing value for no difference: neither for nor against", () => {
    const pool = ["r1", "r2", "r3"].map((id, at) =>
      evidence(id, { reward: [0.2, "model-error" as const, 0.8][at] ?? 0 }),
    );
    const [low, missing, high] = fusionProbabilities(MODEL, pool) as [number, number, number];
    expect(low).toBeLessThan(missing);
    expect(missing).toBeLessThan(high);
    const figures = new Float64Array(3);
    const reward = COLUMNS.find(({ name }) => name === "reward");
    if (reward === undefined) throw new Error("reward is a column");
    fillCentred(reward, prepare(pool), [0, 1, 2], figures);
    expect([...figures].map((figure) => Number(figure.toFixed(9)))).toEqual([-0.3, 0, 0.3]);
  });

  it("gives a rollout without outcomes no class of its own", () => {
    const { evidence: all } = fusionWorld({ instances: 1 });
    const without = all.map((own, at) =>
      at > 1 ? own : { ...own, generated: [], signals: { ...own.signals, reproduction: unavailable("infra", "") } },
    );
    const behaviour = COLUMNS.find(({ name }) => name === "behaviour");
    const figures = new Float64Array(6);
    behaviour?.fill(prepare(without), [0, 1, 2, 3, 4, 5], figures);
    expect(Number.isNaN(figures[0])).toBe(true);
    expect([...figures.slice(2)].some(Number.isNaN)).toBe(false);
  });

  it("counts by hand: what others change and this one too", () => {
    const sets = [[1, 2, 3], [1, 2], [9]];
    const pool = sets.map((places, at): Evidence => {
      const own = evidence(`r${at}`, { bytes: 5, tokens: [at] });
      return { ...own, features: own.features === null ? null : { ...own.features, places } };
    });
    const figures = new Float64Array(3);
    COLUMNS.find(({ name }) => name === "places covered")?.fill(prepare(pool), [0, 1, 2], figures);
    expect([...figures]).toEqual([0.5, 1 / 3, 0]);
  });
});

describe("abstaining", () => {
  const pool = [evidence("r1", { reward: 0.1 }), evidence("r2", { reward: 0.2 })];

  it("still selects, and says that it is a guess", () => {
    const ranked = fusion(MODEL, { abstainBelow: 0.99 }).rank(pool);
    expect(ranked).toMatchObject({ selected: "r2", abstains: true });
    expect(ranked.why).toContain("It abstains");
    expect(fusion(MODEL, { abstainBelow: 0 }).rank(pool)).not.toHaveProperty("abstains");
  });

  it("gives the probability of what it selects", () => {
    const { probability } = ranker.rank(pool);
    expect(probability).toBeCloseTo(fusionProbabilities(MODEL, pool)[1] ?? 0, 5);
  });
});

it("ranks an instance that it was fitted on by the weights of its fold, and says so", () => {
  const pool = [evidence("r1", { reward: 0.1 }), evidence("r2", { reward: 0.9 })];
  const seen = { ...MODEL, fitted: { ...MODEL.fitted, seen: { [marksOf(pool)[0] as string]: 0 } } };
  const ranked = fusion(seen).rank(pool);
  expect(ranked.why).toContain("weights that were fitted without it");
  expect(ranked.probability).toBeLessThan(ranker.rank(pool).probability ?? 0);
});

describe("parseFusion", () => {
  it("reads what was written", () => {
    expect(parseFusion(JSON.parse(JSON.stringify(MODEL)), "f.json")).toEqual(MODEL);
  });

  it.each([
    [{ ...MODEL, schema: "bestk.fusion/9" }, /f\.json: no fusion/],
    [{ ...MODEL, all: { ...PART, score: { rewards: 1 } } }, /it weighs "rewards"/],
    [{ ...MODEL, all: { ...PART, slope: -1 } }, /f\.json: no fusion/],
    [null, /f\.json: no fusion/],
  ])("says what is wrong with another (%#)", (value, message) => {
    expect(() => parseFusion(value, "f.json")).toThrow(message);
  });
});
