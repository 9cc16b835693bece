// The log of Node's test runner in its `spec` form: a fallback beside the JUnit report, which printing can't change.
import type { TestOutcome } from "../core/types.js";
import type { TestReport } from "./report.js";
import { type Case, nestedTitles, reportOf, resultLines, withoutEnd } from "./results.js";
import { nodeDisagreement, parseTap } from "./tap.js";

const OPEN = /^((?: {2})*)▶ (.*)$/;
const RESULT = /^((?: {2})*)([✔✖﹣]) (.*)$/;
const COUNT = /^ℹ (tests|suites) (\d+)$/;
const DURATION = / \(\d+(?:\.\d+)?(?:e-\d+)?ms\)$/;
const SCRIPT = /^(?:\/|[A-Za-z]:\\).*\.[cm]?[jt]sx?$/;

/** Either form of Node's log: TAP if the text is that, `spec` otherwise. */
export function parseNodeLog(log: string): TestReport | null {
  return parseTap(log) ?? parseNodeSpec(log);
}

/**
 * Ids are `suite::title`, those of the JUnit report, without durations; a title of several lines is its first. A failing `todo` is skipped; a test
 * with subtests is its subtests, unless it alone failed. A file that fails as a whole is in `unloaded`. Null if there is no result line.
 */
export function parseNodeSpec(log: string): TestReport | null {
  const cases: Case[] = [];
  const unloaded: string[] = [];
  const claims: number[] = [];
  const titles = nestedTitles();
  const open: { readonly depth: number; readonly title: string; bad: number }[] = [];
  let results = 0;
  let isOver = false;
  let previous = "";
  for (const line of resultLines(log)) {
    const counted = COUNT.exec(line);
    if (counted?.[1] === "tests") claims.push(Number(counted[2]));
    if (counted?.[1] === "suites") claims.push((claims.pop() ?? 0) + Number(counted[2]));
    const above = previous;
    previous = line;
    if (line === "✖ failing tests:") isOver = true;
    // Each failure that is told again stands below the place of its test: another result is the next run's.
    else if (isOver && !above.startsWith("test at ") && (OPEN.test(line) || RESULT.test(line))) isOver = false;
    if (isOver) continue;
    const suite = OPEN.exec(line);
    if (suite !== null) {
      const depth = (suite[1] ?? "").length;
      while ((open.at(-1)?.depth ?? -1) >= depth) open.pop();
      open.push({ depth, title: suite[2] ?? "", bad: 0 });
      titles.open(depth, suite[2] ?? "");
      continue;
    }
    const result = RESULT.exec(line);
    if (result === null) continue;
    results += 1;
    const depth = (result[1] ?? "").length;
    const [title, isDirected] = titleOf(result[3] ?? "");
    const outcome: TestOutcome = isDirected || result[2] === "﹣" ? "skipped" : result[2] === "✔" ? "passed" : "failed";
    while ((open.at(-1)?.depth ?? -1) > depth) open.pop();
    const last = open.at(-1);
    const closed = last?.depth === depth && last.title === title ? open.pop() : undefined;
    const parent = open.at(-1);
    if (outcome === "failed" && parent !== undefined) parent.bad += 1;
    if (depth === 0 && SCRIPT.test(title)) {
      if (outcome === "failed") unloaded.push(title);
    } else if (closed === undefined || (outcome === "failed" && closed.bad === 0)) {
      cases.push([titles.id(depth, title), outcome]);
    }
  }
  if (results === 0 && claims.length === 0) return null;
  return reportOf(cases, unloaded, nodeDisagreement(claims, results));
}

/** `title (1.2ms) # directive`: a cancelled test has no duration. */
function titleOf(text: string): readonly [title: string, isDirected: boolean] {
  const mark = text.lastIndexOf("ms) # ");
  const head = mark === -1 ? text : text.slice(0, mark + 3);
  return [withoutEnd(head, DURATION), mark !== -1];
}
