// A fusion with its folds: fitted on all instances for new ones, and once without each fold for those that it knows.
import type { Fusion, FusionPart } from "../../select/fusion/model.js";
import { marksOf, repositoryMark } from "../../select/fusion/seen.js";
import { type Example, isMixed } from "./examples.js";
import { type FitOptions, fitPart } from "./fitPart.js";
import { foldsOf, type UnitOf } from "./folds.js";

export interface FusionFitOptions extends FitOptions {
  readonly name: string;
  readonly folds: number;
  readonly unitOf: UnitOf;
  readonly abstainBelow: number;
}

/** Deterministic, and the same for any order of the examples. */
export function fitFusion(examples: readonly Example[], options: FusionFitOptions): Fusion {
  const { name, seed, ridge, unitOf, abstainBelow } = options;
  const count = Math.min(options.folds, new Set(examples.map(unitOf)).size);
  const folds = foldsOf(examples, unitOf, count, seed);
  const parts: FusionPart[] = [];
  for (let fold = 0; fold < count; fold++) {
    parts.push(
      fitPart(
        examples.filter((_, index) => folds[index] !== fold),
        options,
      ),
    );
  }
  const seen = examples.flatMap(({ pool }, index) =>
    marksOf(pool).map((mark) => [mark, folds[index] as number] as const),
  );
  return {
    schema: "bestk.fusion/1",
    name,
    all: fitPart(examples, options),
    folds: parts,
    abstainBelow,
    fitted: {
      instances: new Set(examples.map(({ instanceId }) => instanceId)).size,
      rollouts: examples.reduce((sum, { y }) => sum + y.length, 0),
      mixed: examples.filter(isMixed).length,
      ridge,
      seed,
      seen: Object.fromEntries(seen.sort()),
      repositories: [...new Set(examples.map(({ repository }) => repositoryMark(repository)))].sort(),
    },
  };
}
