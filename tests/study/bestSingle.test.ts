import { describe, expect, it } from "vitest";
import type { Evidence } from "../../src/core/schemas.js";
import { unavailable } from "../../src/core/signal.js";
import { bestSingle } from "../../src/study/bestSingle.js";
import type { LabelledPool } from "../../src/study/pools.js";
import { expectedOf } from "../../src/study/verdict.js";

const none = unavailable("not-run", "");

function poolOf(instanceId: string, labels: Readonly<Record<string, number>>): LabelledPool {
  const pool = Object.keys(labels).map(
    (rolloutId): Evidence => ({
      instanceId,
      rolloutId,
      candidateId: rolloutId,
      signals: { regression: none, reproduction: none, reward: none },
      features: null,
    }),
  );
  return { instanceId, pool, labels: Object.values(labels) };
}

describe("the best single name", () => {
  const pools = [
    poolOf("a", { x: 1, y: 0, z: 0 }),
    poolOf("b", { x: 1, y: 1 }),
    poolOf("c", { y: 1, z: 0, w: 0 }),
    poolOf("d", { x: 0, y: 0 }),
  ];

  it("is the one that most is resolved under, and a random rollout stands in where it has none", () => {
    const best = bestSingle(pools, ["z", "y", "x"]);
    expect(best?.rolloutId).toBe("x");
    expect(best?.choices.map(expectedOf)).toEqual([1, 1, 1 / 3, 0]);
    expect(best?.choices.map(({ n, resolved }) => [n, resolved])).toEqual([
      [3, 1],
      [2, 2],
      [3, 1],
      [2, 0],
    ]);
  });

  it("is the first in natural order of equals, and nobody where there are no names", () => {
    expect(bestSingle([poolOf("a", { r10: 1, r9: 1 })], ["r10", "r9"])?.rolloutId).toBe("r9");
    expect(bestSingle(pools, [])).toBeNull();
  });
});
