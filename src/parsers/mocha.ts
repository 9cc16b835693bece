// The log of Mocha's `spec` reporter (its default): a tree of titles, numbered failures, counts and the failures again.

import type { TestReport } from "./report.js";
import {
  type Case,
  type Counts,
  contradiction,
  hookCases,
  nestedTitles,
  reportOf,
  resultLines,
  withoutEnd,
} from "./results.js";

const TREE_LINE = /^((?: {2})+)(?:([✔✓√])|(\d+)\)|(-)) (.*)$/;
const SUITE_LINE = /^((?: {2})+)(\S.*)$/;
const COUNT_LINE = /^ {2}(\d+) (passing|pending|failing)(?: \(\d+\w+\))?$/;
const NOT_LOADED = /^\s*Exception during run: /;
const LOADED_FROM = /^(?:- |file:\/\/)(\S+?)(?::\d+)?$/;

/**
 * Ids are `suite::inner::title`, without the duration of slow tests; a title of several lines is its first. A hook that fails
 * is an error of its own, and of the test that it names. Failures are numbered, so a printed `1) x` is not taken for one.
 * The list after the counts repeats them and is left out. Null without a tree, a count and a failed load: `dot` and `min` name no tests.
 */
export function parseMocha(log: string): TestReport | null {
  const cases: Case[] = [];
  const ofHooks: Case[] = [];
  const unloaded: string[] = [];
  const summaries: Partial<Record<string, number>>[] = [];
  const titles = nestedTitles();
  let failures = 0;
  let repeated = 0;
  let previous = "";
  let isLoading = false;
  for (const line of resultLines(log)) {
    const above = previous;
    previous = line;
    if (NOT_LOADED.test(line)) isLoading = true;
    const from = isLoading ? LOADED_FROM.exec(line)?.[1] : undefined;
    if (from !== undefined) {
      unloaded.push(from);
      isLoading = false;
    }
    const count = COUNT_LINE.exec(line);
    if (count !== null) {
      noteCount(summaries, count[2] ?? "", Number(count[1]));
      continue;
    }
    const test = TREE_LINE.exec(line);
    if (test === null) {
      const suite = repeated > 0 ? null : SUITE_LINE.exec(line);
      if (suite !== null && mayBeginSuite(suite[1] ?? "", above)) titles.open((suite[1] ?? "").length, suite[2] ?? "");
      continue;
    }
    const [, indent = "", passed, number, , text = ""] = test;
    if (number !== undefined && Number(number) <= failures) {
      // A number that was there before begins or continues the list below the counts; any other such line is printed.
      if (Number(number) === repeated + 1 && (summaries.at(-1)?.failing ?? 0) > 0) repeated += 1;
      if (repeated > 0 && repeated === summaries.at(-1)?.failing) [failures, repeated] = [0, 0];
      continue;
    }
    if (repeated > 0) continue;
    if (number !== undefined && Number(number) === failures + 1) failures += 1;
    const title = withoutEnd(text, /(?: \(\d+ms\))+$/);
    const hook = number === undefined ? null : hookCases(titles, indent.length, title);
    if (hook?.test != null) ofHooks.push(hook.test);
    const outcome = number !== undefined ? "failed" : passed !== undefined ? "passed" : "skipped";
    cases.push(hook?.own ?? [titles.id(indent.length, title), outcome]);
  }
  if (isLoading && unloaded.length === 0) unloaded.push("mocha");
  if (cases.length === 0 && unloaded.length === 0 && summaries.length === 0) return null;
  const counts: Counts[] = summaries.map(({ passing = 0, failing = 0, pending = 0 }) => ({
    passed: passing,
    failed: failing,
    skipped: pending,
  }));
  return reportOf([...cases, ...ofHooks], unloaded, contradiction(cases, counts));
}

/** The counts stand below each other, the passing ones first. */
function noteCount(summaries: Partial<Record<string, number>>[], word: string, count: number): void {
  const last = summaries.at(-1);
  if (word === "passing" || last === undefined) summaries.push({ [word]: count });
  else last[word] = count;
}

/** Outermost suites follow an empty line or an outermost test: text that a test prints seldom does. */
function mayBeginSuite(indent: string, above: string): boolean {
  return indent.length > 2 || above.trim() === "" || (TREE_LINE.exec(above)?.[1]?.length ?? 0) === 2;
}
