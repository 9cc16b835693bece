// "16 rollouts with 4 test rollouts equal 26 with 1" (R2E-Gym, arXiv 2504.07164): what more tests are worth in rollouts.
import { group } from "d3-array";
import type { BootstrapOptions } from "../bootstrap.js";
import type { MeasuredPoint } from "../planner.js";
import { type Difference, differenceOf } from "./frontier.js";
import type { TestLevel } from "./levels.js";

/** So many rollouts with the tests of `more` resolve as much as `equals` rollouts with those of `fewer`. */
export interface Equal {
  readonly k: number;
  readonly more: TestLevel;
  readonly fewer: TestLevel;
  readonly regression: boolean;
  readonly samples: number;
  /** Between whole numbers on the line through its neighbours; null: none of the numbers looked at is enough. */
  readonly equals: number | null;
  /** The most that was looked at. */
  readonly most: number;
  /** `more` at k − `fewer` at the nearest whole number of rollouts, at most `most`. */
  readonly nearest: Difference & { readonly k: number };
}

/** Of each pair of levels that differ in tests alone, at every number of rollouts below the most. */
export function equalSpends(
  points: readonly MeasuredPoint[],
  ids: readonly string[],
  options: BootstrapOptions,
): readonly Equal[] {
  const lines = [...group(points, lineOf).values()].map((line) => line.toSorted((a, b) => a.k - b.k));
  return lines.flatMap((line) =>
    lines.flatMap((other) => (isMoreOfTheSame(line[0], other[0]) ? equalsOn(line, other, ids, options) : [])),
  );
}

function lineOf({ tests, regression, samples }: MeasuredPoint): string {
  return JSON.stringify([tests, regression, samples]);
}

function isMoreOfTheSame(more: MeasuredPoint | undefined, fewer: MeasuredPoint | undefined): boolean {
  if (more === undefined || fewer === undefined) return false;
  if (more.regression !== fewer.regression || more.samples !== fewer.samples) return false;
  const [a, b] = [more.tests, fewer.tests];
  if (a.kind === "none" || b.kind === "none" || a.kind !== b.kind) return false;
  // Against the least of its kind alone: what one generator, or one test, would have needed.
  return (b.count ?? 0) === 1 && (a.count ?? 0) > 1;
}

function equalsOn(
  line: readonly MeasuredPoint[],
  other: readonly MeasuredPoint[],
  ids: readonly string[],
  options: BootstrapOptions,
): readonly Equal[] {
  const most = other.at(-1)?.k ?? 0;
  return line.flatMap((point) => {
    if (point.k === most) return [];
    const equals = crossing(other, point.resolved.value);
    const wanted = equals ?? most;
    const nearest = other.toSorted((a, b) => Math.abs(a.k - wanted) - Math.abs(b.k - wanted) || a.k - b.k)[0];
    if (nearest === undefined) return [];
    const { k, tests: more, regression, samples } = point;
    const difference = differenceOf(nearest, point, ids, options);
    return [
      { k, more, fewer: nearest.tests, regression, samples, equals, most, nearest: { ...difference, k: nearest.k } },
    ];
  });
}

/** Where a line first reaches a value. */
function crossing(line: readonly MeasuredPoint[], value: number): number | null {
  const at = line.findIndex(({ resolved }) => resolved.value >= value - 1e-12);
  const [above, below] = [line[at], line[at - 1]];
  if (above === undefined) return null;
  if (below === undefined) return above.k;
  const share = (value - below.resolved.value) / (above.resolved.value - below.resolved.value);
  return Math.round((below.k + share * (above.k - below.k)) * 100) / 100;
}
