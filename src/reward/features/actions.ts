// What the agent did: how it divided its steps, how often it repeated or failed, and when it edited.
import { type ActionKind, count, type Feature, log1p, type RolloutView, share } from "./view.js";

export const ACTION_FEATURES = {
  "actions.editShare": (view) => share(ofKind(view, "edit"), view.steps.length),
  "actions.viewShare": (view) => share(ofKind(view, "view"), view.steps.length),
  "actions.searchShare": (view) => share(ofKind(view, "search"), view.steps.length),
  "actions.runShare": (view) => share(ofKind(view, "run"), view.steps.length),
  "actions.testShare": (view) => share(ofKind(view, "test"), view.steps.length),
  /** log(1 + editing steps). */
  "actions.edits": (view) => log1p(ofKind(view, "edit")),
  /** Share of steps whose action is, to the letter, one that came before. */
  "actions.repeated": (view) =>
    share(view.steps.length - new Set(view.steps.map((step) => step.action)).size, view.steps.length),
  /** Share of steps whose observation reports an error. */
  "actions.errors": (view) =>
    share(
      count(view.steps, (step) => step.error),
      view.steps.length,
    ),
  /** Share of editing steps that were refused or reported an error. */
  "actions.failedEdits": (view) =>
    share(
      count(view.steps, (step) => step.kind === "edit" && step.error),
      ofKind(view, "edit"),
    ),
  /** Where the first edit came, 0 (first step) to 1 (never). */
  "actions.firstEdit": (view) => {
    const first = view.steps.findIndex((step) => step.kind === "edit");
    return first === -1 ? 1 : share(first, view.steps.length);
  },
  /** log(1 + steps after the last edit); all of them if there was none. */
  "actions.afterLastEdit": (view) => log1p(view.steps.length - 1 - lastEdit(view)),
  /** 1 if something was run (a script or tests) after the last edit. */
  "actions.checkedLastEdit": (view) =>
    view.steps.slice(lastEdit(view) + 1).some((step) => step.kind === "run" || step.kind === "test") ? 1 : 0,
} satisfies Record<string, Feature>;

function ofKind(view: RolloutView, kind: ActionKind): number {
  return count(view.steps, (step) => step.kind === kind);
}

function lastEdit(view: RolloutView): number {
  return view.steps.findLastIndex((step) => step.kind === "edit");
}
