// Size, place and plausibility of the final patch; each is 0 where no patch is known, and `patch.known` says so.
import type { DiffView } from "./diff.js";
import { count, type Feature, log1p, type RolloutView, share } from "./view.js";

export const PATCH_FEATURES = {
  "patch.known": (view) => (view.diff === null ? 0 : 1),
  /** log(1 + touched files). */
  "patch.files": ofDiff((diff) => log1p(diff.paths.length)),
  /** log(1 + hunks). */
  "patch.hunks": ofDiff((diff) => log1p(diff.hunks)),
  /** log(1 + added lines). */
  "patch.added": ofDiff((diff) => log1p(diff.added.length)),
  /** log(1 + removed lines). */
  "patch.removed": ofDiff((diff) => log1p(diff.removed.length)),
  /** log(1 + new files). */
  "patch.newFiles": ofDiff((diff) => log1p(diff.newFiles)),
  /** 1 if a file that looks like a test is touched. */
  "patch.tests": ofDiff((diff) => (diff.paths.some(isTest) ? 1 : 0)),
  /** Share of added lines that are comments or blank. */
  "patch.prose": ofDiff((diff) =>
    share(
      count(diff.added, (line) => /^\s*(?:#|\/\/|\*|$)/.test(line)),
      diff.added.length,
    ),
  ),
  /** Share of the names on changed lines that the issue mentions. */
  "patch.issueOverlap": ofDiff((diff, view) => {
    const names = namesOf([...diff.added, ...diff.removed].join("\n").slice(0, 20_000));
    const mentioned = namesOf(view.issue.slice(0, 20_000));
    return share(
      count([...names], (name) => mentioned.has(name)),
      names.size,
    );
  }),
  /** 1 if the issue mentions a touched file by its name. */
  "patch.issueNamesFile": ofDiff((diff, view) =>
    diff.paths.some((path) => view.issue.includes(baseOf(path))) ? 1 : 0,
  ),
  /** Share of touched source files that an action before the last mentions by name: the agent looked where it edited. */
  "patch.looked": ofDiff((diff, view) => {
    const sources = diff.paths.filter((path) => !isTest(path));
    const looked = view.steps.filter((step) => step.kind === "view" || step.kind === "search" || step.kind === "edit");
    return share(
      count(sources, (path) => looked.some((step) => step.action.slice(0, 4_000).includes(baseOf(path)))),
      sources.length,
    );
  }),
} satisfies Record<string, Feature>;

function ofDiff(feature: (diff: DiffView, view: RolloutView) => number): Feature {
  return (view) => (view.diff === null ? 0 : feature(view.diff, view));
}

function isTest(path: string): boolean {
  return /(?:^|\/)tests?\/|(?:^|\/)test_|_test\.|\.test\.|\.spec\.|conftest\.py$|repro/i.test(path);
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function namesOf(text: string): Set<string> {
  return new Set(text.match(/[A-Za-z_]\w{2,}/g) ?? []);
}
