// TAP as Node's test runner writes it, and flat TAP of others: a fallback beside the JUnit report, which printing can't change.
import type { TestOutcome } from "../core/types.js";
import type { TestReport } from "./report.js";
import { type Case, reportOf, resultLines } from "./results.js";

const SUBTEST = /^((?: {4})*)# Subtest: (.*)$/;
const RESULT = /^((?: {4})*)(ok|not ok) \d+ (?:- )?(.*)$/;
const DIRECTIVE = /^(.*?[^\\]|) # (skip|todo)\b.*$/i;
const IS_SUITE = /^ +type: 'suite'$/;
const COUNT = /^# (tests|suites) (\d+)$/;
const SCRIPT = /^(?:\/|[A-Za-z]:\\).*\.[cm]?[jt]sx?$/;

/**
 * Ids are `suite::title`, those of the JUnit report. Node opens each result with `# Subtest: title` at its own indentation, so a result
 * line without one is printed by a test (its own output has `# ` before it when it runs files). A failing `todo` is skipped; a test with
 * subtests is its subtests, unless it alone failed. A file that fails as a whole is in `unloaded`. Null if this is no TAP.
 */
export function parseTap(log: string): TestReport | null {
  const cases: Case[] = [];
  const unloaded: string[] = [];
  const claims: number[] = [];
  const open: { readonly title: string; children: number; bad: number }[] = [];
  let isNode = false;
  let hasBegun = false;
  let results = 0;
  let isLastACase = false;
  for (const line of resultLines(log)) {
    if (/^TAP version \d+$/.test(line)) hasBegun = true;
    const subtest = SUBTEST.exec(line);
    if (subtest !== null) {
      isNode = true;
      open.length = Math.min(open.length, (subtest[1] ?? "").length / 4);
      open.push({ title: subtest[2] ?? "", children: 0, bad: 0 });
      continue;
    }
    const counted = COUNT.exec(line);
    if (counted?.[1] === "tests") claims.push(Number(counted[2]));
    if (counted?.[1] === "suites") claims.push((claims.pop() ?? 0) + Number(counted[2]));
    if (IS_SUITE.test(line)) {
      // A suite without tests passes, and shows nothing.
      if (isLastACase && cases.at(-1)?.[1] !== "failed") cases.pop();
      isLastACase = false;
    }
    const result = RESULT.exec(line);
    if (result === null || !hasBegun) continue;
    const depth = (result[1] ?? "").length / 4;
    const [title, directive] = splitDirective(result[3] ?? "");
    if (isNode && open[depth]?.title !== title) continue;
    const node = open[depth];
    const path = open.slice(0, depth).map((suite) => unescaped(suite.title));
    open.length = Math.min(open.length, depth);
    results += 1;
    isLastACase = false;
    const outcome = directive !== null ? "skipped" : result[2] === "ok" ? "passed" : "failed";
    const parent = open[depth - 1];
    if (parent !== undefined) parent.children += 1;
    if (parent !== undefined && outcome === "failed") parent.bad += 1;
    if (depth === 0 && SCRIPT.test(unescaped(title))) {
      if (outcome === "failed") unloaded.push(unescaped(title));
    } else if (node === undefined || node.children === 0 || (outcome === "failed" && node.bad === 0)) {
      cases.push([[...path, unescaped(title)].join("::"), outcome]);
      isLastACase = true;
    }
  }
  if (!hasBegun) return null;
  return reportOf(cases, unloaded, isNode ? nodeDisagreement(claims, results) : null);
}

/**
 * Compares Node's count of tests and suites with the number of results: the last count must fit, or the sum of all where a log
 * holds several runs. A test file that runs no test counts as one.
 */
export function nodeDisagreement(claims: readonly number[], results: number): string | null {
  const last = claims.at(-1);
  if (last === undefined) return "the log ends before the runner's own count";
  const sum = claims.reduce((total, claim) => total + claim, 0);
  return last === results || sum === results
    ? null
    : `the runner counts ${last} tests and suites, the lines ${results}`;
}

function splitDirective(text: string): readonly [string, TestOutcome | null] {
  const found = DIRECTIVE.exec(text);
  return found === null ? [text, null] : [found[1] ?? "", "skipped"];
}

function unescaped(title: string): string {
  return title.replace(/\\([#\\])/g, "$1");
}
