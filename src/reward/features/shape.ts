// Size and rhythm of a trajectory: long ones are those in which the agent searched for its way.
import { type Feature, log1p, type StepView, share } from "./view.js";

/** A turn is thought and action together: scaffolds differ in where one ends and the other begins. */
export const SHAPE_FEATURES = {
  /** log(1 + steps). */
  "shape.steps": (view) => log1p(view.steps.length),
  /** log(1 + characters of all steps). */
  "shape.chars": (view) => log1p(total(view.steps.map(stepChars))),
  /** log(1 + characters of the longest step). */
  "shape.longestStep": (view) => log1p(view.steps.reduce((most, step) => Math.max(most, stepChars(step)), 0)),
  /** log(1 + mean characters of a turn). */
  "shape.turnChars": (view) => log1p(mean(view.steps.map((step) => step.turnChars))),
  /** log(1 + mean characters of an observation). */
  "shape.observationChars": (view) => log1p(mean(view.steps.map((step) => step.observationChars))),
  /** log(1 + characters of the last turn), where agents sum up. */
  "shape.lastTurnChars": (view) => log1p(view.steps.at(-1)?.turnChars ?? 0),
} satisfies Record<string, Feature>;

function stepChars(step: StepView): number {
  return step.turnChars + step.observationChars;
}

function mean(numbers: readonly number[]): number {
  return share(total(numbers), numbers.length);
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
