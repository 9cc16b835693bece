// The log of Vitest: lines of `--reporter=verbose`, the tree of `--reporter=tree`, and the failures that each form names.

import type { TestReport } from "./report.js";
import { type Case, type Counts, contradiction, LONGEST_PATH, reportOf, resultLines, withoutEnd } from "./results.js";

const FILE_LINE = /^ [✓❯↓×] (.+?) \(\d+ tests?[^)]*\)/;
const LINE = /^((?: {2})*) ([✓×❯↓□]) (.*)$/;
const PRINTED = /^(?:stdout|stderr) \| /;
const FAILURE = /^ FAIL {2}(.+)$/;
const COUNTS = /^ +Tests +(\d.*) \(\d+\)$/;
const SUITE_SIZE = / \(\d+\)$/;
const NOTE = / \[[^\]]*\]$/;
const TRIES = / \((?:retry|repeat) x\d+(?:, (?:retry|repeat) x\d+)?\)$/;
const DURATION = /(?: +\d+(?:\.\d+)?m?s)+$/;

/**
 * Ids are `file::suite::title`, without durations, notes and numbers of tries; a retried test has its last outcome, a title of several
 * lines is its first. The default reporter leaves out suite titles, so of its trees only tests outside suites are read. A suite whose hook
 * fails, and a file that can't be loaded, are in `unloaded`. What tests print is passed over to the next empty line. Null if no line is Vitest's.
 */
export function parseVitest(log: string): TestReport | null {
  const cases: Case[] = [];
  const failures: Case[] = [];
  const unloaded: string[] = [];
  const summaries: Counts[] = [];
  let path: (string | undefined)[] = [];
  let isPrinted = false;
  let isComplete = true;
  let failed: "suites" | "tests" | null = null;
  for (const line of resultLines(log)) {
    if (PRINTED.test(line)) isPrinted = true;
    else if (line === "") isPrinted = false;
    if (isPrinted) continue;
    if (line.startsWith(" RUN  v")) failed = null;
    if (line.startsWith("⎯⎯")) {
      failed = line.includes(" Failed Suites ") ? "suites" : line.includes(" Failed Tests ") ? "tests" : failed;
    }
    const counts = COUNTS.exec(line);
    if (counts !== null) summaries.push(countsOf(counts[1] ?? ""));
    const failure = failed === null ? undefined : FAILURE.exec(line)?.[1];
    if (failure !== undefined) {
      const id = idOf(withoutEnd(withoutEnd(failure, / \[ .* \]$/), DURATION));
      if (failed === "suites") unloaded.push(id);
      else failures.push([id, "failed"]);
    }
    const test = failed === null ? LINE.exec(line) : null;
    if (test === null) continue;
    const depth = (test[1] ?? "").length / 2;
    const mark = test[2] ?? "";
    const text = test[3] ?? "";
    const file = depth === 0 ? FILE_LINE.exec(line)?.[1] : undefined;
    const isSuite = depth > 0 && SUITE_SIZE.test(text.slice(-20)) && mark !== "□";
    if (file !== undefined) {
      path = [file];
    } else if (depth === 0) {
      if (text.includes(" > ")) cases.push([idOf(titleOf(text)), outcomeOf(mark)]);
    } else {
      if (path.length > depth) path = path.slice(0, depth);
      const isKnown = path.length === depth && path.every((title) => title !== undefined);
      const isShort = [...path, text].join("").length <= LONGEST_PATH;
      if (isSuite && isShort) path[depth] = idOf(withoutEnd(text, SUITE_SIZE));
      else if (isKnown) cases.push([[...path, idOf(titleOf(text))].join("::"), outcomeOf(mark)]);
      else isComplete = false;
    }
  }
  if (cases.length + failures.length + unloaded.length + summaries.length === 0) return null;
  const known = new Set(cases.map(([id]) => id));
  const unnamed = failures.filter(([id]) => !known.has(id));
  const isWhole = isComplete && cases.length > 0 && unnamed.length === 0;
  return reportOf(
    [...cases, ...unnamed],
    unloaded,
    isWhole ? contradiction(cases, summaries) : ofFailures(failures, summaries),
  );
}

/** Where not every test is named, the failures must still be as many as are counted. */
function ofFailures(failures: readonly Case[], summaries: readonly Counts[]): string | null {
  return contradiction(
    [...new Map(failures)],
    summaries.map((counts) => ({ failed: counts.failed ?? 0 })),
  );
}

function idOf(text: string): string {
  return text.split(" > ").join("::");
}

/** `title 5ms (retry x2) [note]`: each part is there or not. */
function titleOf(text: string): string {
  const noted = withoutEnd(text, NOTE);
  const tried = withoutEnd(DURATION.test(noted.slice(-30)) ? noted : text, TRIES);
  return withoutEnd(tried, DURATION);
}

function outcomeOf(mark: string): "passed" | "failed" | "skipped" {
  return mark === "✓" ? "passed" : mark === "×" || mark === "❯" ? "failed" : "skipped";
}

function countsOf(text: string): Counts {
  const of = (word: string): number => Number(new RegExp(`(\\d+) ${word}`).exec(text)?.[1] ?? 0);
  return { passed: of("passed") + of("expected fail"), failed: of("failed"), skipped: of("skipped") + of("todo") };
}
