// Figures on labelled instances: exact over ties, counted only where every rollout has a label.
import { describe, expect, it } from "vitest";
import { executionBased } from "../../src/select/hybrid.js";
import { rankInstances } from "../../src/select/rankInstances.js";
import { labelledFigures } from "../../src/study/labelled.js";
import { evidence } from "../support/evidence.js";

type Row = readonly [instanceId: string, rolloutId: string, reproduction: number, label?: boolean | null];

function figures(rows: readonly Row[]) {
  const pool = rows.map(([instance, rollout, reproduction]) => evidence(rollout, { reproduction }, instance));
  const labels = new Map<string, Map<string, boolean | null>>();
  for (const [instance, rollout, , label] of rows) {
    if (label === undefined) continue;
    labels.set(instance, (labels.get(instance) ?? new Map()).set(rollout, label));
  }
  return labelledFigures(rankInstances(pool, executionBased).instances, labels);
}

describe("labelled figures", () => {
  it("take the expectation over the tie that the selection comes from", () => {
    const rows: readonly Row[] = [
      ["i-1", "a", 2, true],
      ["i-1", "b", 2, false],
      ["i-1", "c", 2, false],
      ["i-1", "d", 1, true],
      ["i-2", "a", 1, true],
      ["i-2", "b", 0, false],
    ];
    expect(figures(rows)).toEqual({
      instances: 2,
      unlabelled: 0,
      expected: 1.3333333333,
      random: 1,
      oracle: 2,
      gapClosed: 0.3333333333,
    });
  });

  it("leave out instances with an unlabelled rollout, and count them", () => {
    const rows: readonly Row[] = [
      ["i-1", "a", 1, true],
      ["i-1", "b", 0, false],
      ["i-2", "a", 1, true],
      ["i-2", "b", 0, null],
      ["i-3", "a", 1],
    ];
    expect(figures(rows)).toMatchObject({
      instances: 1,
      unlabelled: 2,
      expected: 1,
      random: 0.5,
      oracle: 1,
      gapClosed: 1,
    });
  });

  it("have no share of the gap where there is none", () => {
    expect(figures([["i-1", "a", 1, true]])).toMatchObject({ expected: 1, random: 1, oracle: 1, gapClosed: null });
    expect(
      figures([
        ["i-1", "a", 1, true],
        ["i-2", "a", 1],
      ]),
    ).toMatchObject({ instances: 1, unlabelled: 1 });
  });

  it("are absent where nothing is labelled", () => {
    expect(
      figures([
        ["i-1", "a", 1, null],
        ["i-2", "a", 1],
      ]),
    ).toBeNull();
  });

  it("are free of binary noise", () => {
    const rows = Array.from({ length: 3 }, (_, index): readonly Row[] =>
      Array.from({ length: 10 }, (_, rollout): Row => [`i-${index}`, `r${rollout}`, 0, rollout === 0]),
    );
    expect(figures(rows.flat())).toMatchObject({ expected: 0.3, random: 0.3, gapClosed: 0 });
  });

  it("count nothing for an instance without a selection", () => {
    const pool = [evidence("a", { candidate: null, regression: "no-patch" })];
    const { instances } = rankInstances(pool, executionBased);
    const labels = new Map([["i__i-1", new Map([["a", true]])]]);
    expect(labelledFigures(instances, labels)).toMatchObject({ expected: 0, oracle: 1 });
  });
});
