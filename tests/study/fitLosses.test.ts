// The optimiser of a fit against cases by hand and finite differences; losses mean what their sources say.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Group, logisticLoss, pairwiseLoss } from "../../src/study/fit/losses.js";
import { type Loss, minimise, solve } from "../../src/study/fit/newton.js";

const number = fc.double({ min: -3, max: 3, noNaN: true });

/** 1 to 3 instances of 2 to 4 rollouts with two columns. */
const anyGroups: fc.Arbitrary<readonly Group[]> = fc.array(
  fc.array(fc.tuple(number, number, fc.constantFrom(0, 1)), { minLength: 2, maxLength: 4 }).map(
    (rows): Group => ({
      x: Float64Array.from(rows.flatMap((row) => [row[0], row[1]])),
      y: rows.map((row) => row[2]),
      weight: 0.5,
    }),
  ),
  { minLength: 1, maxLength: 3 },
);

function at(loss: Loss, point: readonly number[]) {
  const gradient = new Float64Array(2);
  const hessian = new Float64Array(4);
  const value = loss(Float64Array.from(point), gradient, hessian);
  return { value, gradient, hessian };
}

describe.each([
  ["pairwise", pairwiseLoss],
  ["logistic", logisticLoss],
] as const)("%s loss", (_, lossOf) => {
  it("has the gradient and the Hessian of its values", () => {
    fc.assert(
      fc.property(anyGroups, number, number, (groups, a, b) => {
        const loss = lossOf(groups, 2);
        const { gradient, hessian } = at(loss, [a, b]);
        const step = 1e-5;
        for (const j of [0, 1]) {
          const moved = (by: number) => [a + (j === 0 ? by : 0), b + (j === 1 ? by : 0)];
          const [up, down] = [at(loss, moved(step)), at(loss, moved(-step))];
          expect((up.value - down.value) / (2 * step)).toBeCloseTo(gradient[j] as number, 4);
          for (let k = 0; k <= j; k++) {
            const bend = ((up.gradient[k] as number) - (down.gradient[k] as number)) / (2 * step);
            expect(bend).toBeCloseTo(hessian[j * 2 + k] as number, 3);
          }
        }
      }),
    );
  });
});

it("counts an instance once, however many pairs it has, and one without both not at all", () => {
  const pair: Group = { x: Float64Array.of(1, 0), y: [1, 0], weight: 1 };
  const pairs: Group = { x: Float64Array.of(1, 1, 0, 0), y: [1, 1, 0, 0], weight: 1 };
  const alone: Group = { x: Float64Array.of(1, 5), y: [1, 1], weight: 1 };
  const value = (groups: readonly Group[]) =>
    pairwiseLoss(groups, 1)(Float64Array.of(0.7), new Float64Array(1), new Float64Array(1));
  expect(value([pairs])).toBeCloseTo(value([pair]), 12);
  expect(value([pair])).toBeCloseTo(Math.log(1 + Math.exp(-0.7)), 12);
  expect(value([pair, alone])).toBe(value([pair]));
});

describe("minimise", () => {
  it("finds the minimum of a case by hand: one pair, σ(−w) = λ w", () => {
    const loss = pairwiseLoss([{ x: Float64Array.of(1, 0), y: [1, 0], weight: 1 }], 1);
    const { at: found, converged } = minimise(loss, Float64Array.of(0.25));
    const w = found[0] as number;
    expect(converged).toBe(true);
    expect(1 / (1 + Math.exp(w))).toBeCloseTo(0.25 * w, 8);
  });

  it("stays at what is expected where the data says nothing", () => {
    const { at: found } = minimise(pairwiseLoss([], 2), Float64Array.of(1, 2), Float64Array.of(3, -1));
    expect([...found]).toEqual([3, -1]);
  });

  it("gives the shares of a logistic regression with an intercept alone", () => {
    const group: Group = { x: Float64Array.of(1, 1, 1, 1), y: [1, 1, 1, 0], weight: 1 };
    const { at: found } = minimise(logisticLoss([group], 1), Float64Array.of(1e-9));
    expect(1 / (1 + Math.exp(-(found[0] as number)))).toBeCloseTo(0.75, 6);
  });
});

it("solves by hand, and says where it can't", () => {
  const [a, b] = solve(Float64Array.of(4, 0, 2, 3), Float64Array.of(8, 7), 2);
  expect([a, b].map((x) => Number(x?.toFixed(12)))).toEqual([1.25, 1.5]);
  expect(() => solve(Float64Array.of(0), Float64Array.of(1), 1)).toThrow(RangeError);
});
