// How the attempt ended: handed in or broken off, and in which words the agent left.
import type { Feature, RolloutView } from "./view.js";

export const ENDING_FEATURES = {
  /** 1 if the agent handed in its work by itself. */
  "ending.submitted": (view) => (handedIn(view) ? 1 : 0),
  /** 1 if the scaffold says that a limit, an error or a refusal ended it. */
  "ending.brokenOff": (view) =>
    /cost|limit|error|exit|context|timeout|reject|abort|unmatched|unparsed|format/i.test(view.exitStatus ?? "") ? 1 : 0,
  /** 1 if the last observation reports an error. */
  "ending.lastError": (view) => (view.steps.at(-1)?.error === true ? 1 : 0),
  /** 1 if the last words doubt. */
  "ending.doubt": (view) =>
    /\b(?:unfortunately|unable|cannot|could not|couldn't|not possible|still fail|incomplete|might not|limitations?)\b/i.test(
      lastWords(view),
    )
      ? 1
      : 0,
} satisfies Record<string, Feature>;

function handedIn(view: RolloutView): boolean {
  if (/^(?:submitted|finished|applicable_patch|completed?|success)$/i.test(view.exitStatus ?? "")) return true;
  return view.steps.slice(-2).some((step) => step.kind === "submit");
}

function lastWords(view: RolloutView): string {
  return (view.steps.findLast((step) => step.thought !== "")?.thought ?? "").slice(-2_000);
}
