// Size and rhythm of a trajectory: long ones are those in which the agent searched for its way.
import { type Feature, log1p, type StepView, share } from "./view.js";

export const SHAPE_FEATURES = {
  /** log(1 + steps). */
  "shape.steps": (view) => log1p(view.steps.length),
  /** log(1 + characters of all steps). */
  "shape.chars": (view) => log1p(total(view.steps.map(charsOf))),
  /** log(1 + characters of the longest step). */
  "shape.longestStep": (view) => log1p(view.steps.reduce((most, step) => Math.max(most, charsOf(step)), 0)),
  /** log(1 + mean characters of a thought). */
  "shape.thoughtChars": (view) => log1p(mean(view.steps.map((step) => step.thought.length))),
  /** log(1 + mean characters of an action). */
  "shape.actionChars": (view) => log1p(mean(view.steps.map((step) => step.action.length))),
  /** log(1 + mean characters of an observation). */
  "shape.observationChars": (view) => log1p(mean(view.steps.map((step) => step.observationChars))),
  /** Share of steps without a thought beside the action. */
  "shape.silent": (view) =>
    share(view.steps.filter((step) => step.thought === "" || step.thought === step.action).length, view.steps.length),
  /** log(1 + characters of the last thought), where agents sum up. */
  "shape.lastThoughtChars": (view) => log1p(view.steps.findLast((step) => step.thought !== "")?.thought.length ?? 0),
} satisfies Record<string, Feature>;

function charsOf(step: StepView): number {
  return step.thought.length + (step.action === step.thought ? 0 : step.action.length) + step.observationChars;
}

function mean(numbers: readonly number[]): number {
  return share(total(numbers), numbers.length);
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
