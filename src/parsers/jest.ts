// The log of Jest: the trees of `--verbose`, and the failures (`● suite › title`) that every form of it names.

import type { TestReport } from "./report.js";
import { type Case, type Counts, contradiction, nestedTitles, reportOf, resultLines, withoutEnd } from "./results.js";

const FILE_LINE = /^ ?(PASS|FAIL) +(?:\S+ )??(\S+\.[cm]?[jt]sx?)(?: \([\d.]+ m?s\))?(?: \([\d.]+ MB heap size\))?$/;
const TREE_LINE = /^((?: {2})+)([✓√✕×○✎]) (.*)$/;
const SUITE_LINE = /^((?: {2})+)([^\s●].*)$/;
const FAILURE = /^ {2}● (.+)$/;
const DURATION = /(?: \([\d.]+ m?s\))+$/;
const COUNTS = /^Tests: +(.*), \d+ total$/;
const NOT_LOADED = "Test suite failed to run";
/** Heads of blocks that are about a file and no test. */
const NO_TEST: ReadonlySet<string> = new Set([
  NOT_LOADED,
  "Console",
  "Cannot log after tests are done. Did you forget to wait for something async in your test?",
]);

/**
 * Ids are `file::suite::title`, without durations; a title of several lines is its first. Without `--verbose` Jest names only the
 * failed tests of a run of several files, and so does it for a file that fails outside its tests, which is in `unloaded`.
 * A tree follows its `PASS file` or `FAIL file` line and ends at an empty line: what is printed elsewhere is passed over.
 * Null if no file is named.
 */
export function parseJest(log: string): TestReport | null {
  const cases: Case[] = [];
  const failures: Case[] = [];
  const unloaded: string[] = [];
  const summaries: Counts[] = [];
  let file: string | null = null;
  let titles = nestedTitles();
  let inTree = false;
  for (const line of resultLines(log)) {
    const header = FILE_LINE.exec(line);
    if (header !== null) {
      file = header[2] ?? "";
      titles = nestedTitles();
      inTree = true;
      continue;
    }
    const counts = COUNTS.exec(line);
    if (counts !== null) summaries.push(countsOf(counts[1] ?? ""));
    if (file === null) continue;
    const failure = FAILURE.exec(line)?.[1];
    if (failure !== undefined) {
      inTree = false;
      if (failure === NOT_LOADED) unloaded.push(file);
      else if (!NO_TEST.has(failure))
        failures.push([[file, ...withoutEnd(failure, DURATION).split(" › ")].join("::"), "failed"]);
    }
    if (line === "") inTree = false;
    if (!inTree) continue;
    const test = TREE_LINE.exec(line);
    if (test !== null) {
      const [, indent = "", mark = "", text = ""] = test;
      cases.push([`${file}::${titles.id(indent.length, titleOf(mark, text))}`, outcomeOf(mark)]);
    } else {
      const suite = SUITE_LINE.exec(line);
      if (suite !== null) titles.open((suite[1] ?? "").length, suite[2] ?? "");
    }
  }
  if (file === null) return null;
  return reportOf([...cases, ...failures], unloaded, disagreementOf(cases, failures, unloaded, summaries));
}

/** Tests of unloaded files and of runs without `--verbose` are counted and not named: then only failures can be compared. */
function disagreementOf(
  cases: readonly Case[],
  failures: readonly Case[],
  unloaded: readonly string[],
  summaries: readonly Counts[],
): string | null {
  if (cases.length > 0 && unloaded.length === 0) return contradiction(cases, summaries);
  const treeIds = new Set(cases.map(([id]) => id));
  const failed = [
    ...cases.filter(([, outcome]) => outcome === "failed"),
    ...failures.filter(([id]) => !treeIds.has(id)),
  ];
  return contradiction(
    failed,
    summaries.map((counts) => ({ failed: counts.failed ?? 0 })),
  );
}

/** Skipped tests are `○ skipped title`, and those to be written `✎ todo title`. */
function titleOf(mark: string, text: string): string {
  return mark === "○"
    ? text.replace(/^skipped /, "")
    : mark === "✎"
      ? text.replace(/^todo /, "")
      : withoutEnd(text, DURATION);
}

function outcomeOf(mark: string): "passed" | "failed" | "skipped" {
  return "✓√".includes(mark) ? "passed" : "✕×".includes(mark) ? "failed" : "skipped";
}

/** A file of which every test is skipped is counted and not printed, so skips are no measure. */
function countsOf(text: string): Counts {
  const of = (word: string): number => Number(new RegExp(`(\\d+) ${word}`).exec(text)?.[1] ?? 0);
  return { passed: of("passed"), failed: of("failed") };
}
