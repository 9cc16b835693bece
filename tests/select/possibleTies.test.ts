import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InstanceRanking } from "../../src/core/schemas.js";
import type { Aggregator } from "../../src/select/aggregator.js";
import { lazyOrder } from "../../src/select/lazy.js";
import { rankInstances } from "../../src/select/rankInstances.js";
import { AGGREGATORS } from "../../src/select/registry.js";
import { anyPool, evidence, type Short } from "../support/evidence.js";

const LEFT = "could-not-matter";

function ranked(aggregator: Aggregator, rows: Readonly<Record<string, Short>>): InstanceRanking {
  const pool = Object.entries(rows).map(([id, short]) => evidence(id, { bytes: 1, ...short }));
  return rankInstances(pool, aggregator).instances[0] as InstanceRanking;
}

describe("the tie of a choice from fewer tests", () => {
  it("has those in it that nothing measured tells from the selected one", () => {
    const found = ranked(AGGREGATORS["execution-based"], {
      a: { regression: 0, reproduction: 3 },
      b: { regression: 0, reproduction: LEFT },
      c: { regression: -1, reproduction: LEFT },
      d: { regression: LEFT, reproduction: LEFT },
      e: { regression: LEFT, reproduction: 2 },
    });
    expect(found).toMatchObject({ selected: "a", tie: true, ranking: [["a", "b", "d"], ["c"], ["e"]] });
    expect(found.why).toMatch(/2 more were not measured in full, and could at best be equal: a tie of 3 then/);
  });

  it("has nobody in it who is known to be behind", () => {
    const found = ranked(AGGREGATORS.hybrid, {
      a: { regression: 0, reproduction: 3, reward: 0.9 },
      b: { regression: LEFT, reproduction: LEFT, reward: 0.8 },
      c: { regression: LEFT, reproduction: LEFT, reward: 0.9 },
    });
    expect(found).toMatchObject({ selected: "a", tie: true, ranking: [["a", "c"], ["b"]] });
  });

  it("changes no selection, and nothing where all was measured", () => {
    const lazy = Object.values(AGGREGATORS).filter((aggregator) => lazyOrder(aggregator) !== null);
    fc.assert(
      fc.property(anyPool, fc.constantFrom(...lazy), (pool, aggregator) => {
        const [found] = rankInstances(pool, aggregator).instances;
        const plain = aggregator.rank(pool);
        expect(found?.selected).toBe(plain.selected);
        expect(found?.ranking.flat().sort()).toEqual(plain.ranking.flat().sort());
        const all = pool.flatMap(({ signals }) => Object.values(signals));
        const isWhole = all.every((signal) => signal.status === "ok" || signal.reason !== LEFT);
        if (isWhole) expect(found).toEqual(plain);
      }),
      { numRuns: 500 },
    );
  });
});
