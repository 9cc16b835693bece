// Logs of Karma: the trees of karma-mocha-reporter and karma-spec-reporter, and the failures that `progress` and `dots` name.

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

const TREE_LINE = /^((?: {2})+)([✔✓√✖✗×-]) (.*)$/;
const SUITE_LINE = /^((?: {2})+)([^\s│].*)$/;
const CONSOLE = /^(?:LOG |WARN |ERROR |INFO |DEBUG )?(?:LOG|WARN|ERROR|INFO|DEBUG): /;
const SERVER = /:(?:INFO|WARN|ERROR|DEBUG) \[[^\]]+\]: /;
const FAILED_LINE = /^(\S+ [\d.]+ \([^)]*\)) (\S.*) FAILED$/;
const EXECUTED =
  /^\S+ [\d.]+ \([^)]*\): Executed (\d+) of \d+ *(?:\((\d+) FAILED\)|SUCCESS|DISCONNECTED|ERROR)?(?: \(skipped (\d+)\))?/;
const TOTAL = /^TOTAL: (?:(\d+) FAILED, )?(\d+) SUCCESS$/;
const SUMMARY = /^([✔✓√ℹ✖✗×]) (\d+) tests? (completed|skipped|failed)$/;
const BROWSER_ERROR = /^(\S+ [\d.]+ \([^)]*\)) ERROR$/;
const SOURCE = /([^\s(/]+\.[cm]?[jt]sx?)(?:\?\w+)?:\d+/;
/** Lines below a browser's error among which the file is named. */
const ERROR_LINES = 12;

/**
 * Ids are `suite::inner::title`; a test that ran in several browsers keeps its worst outcome. From `progress` and `dots` only the
 * failed tests are known, by `suite inner title`. What tests print (`LOG: '…'`) is passed over. `unloaded` has the file, or the browser,
 * of an error outside tests. Null if no line is Karma's.
 */
export function parseKarma(log: string): TestReport | null {
  const cases: Case[] = [];
  const failedOnly: Case[] = [];
  const unloaded: string[] = [];
  const ofHooks: Case[] = [];
  const claims: Counts[] = [];
  let claim: Counts | null = null;
  let titles = nestedTitles();
  let isKarma = false;
  let isOver = false;
  let inConsole = false;
  let errorLines = 0;
  for (const line of resultLines(log)) {
    if (inConsole || CONSOLE.test(line)) {
      inConsole = !line.endsWith("'");
      continue;
    }
    if (SERVER.test(line)) {
      isKarma = true;
      if (line.includes(" server started at ")) {
        titles = nestedTitles();
        if (claim !== null) claims.push(claim);
        claim = null;
      }
      isOver = false;
      continue;
    }
    const browserError = BROWSER_ERROR.exec(line);
    if (browserError !== null) {
      unloaded.push(browserError[1] ?? "");
      errorLines = ERROR_LINES;
      continue;
    }
    const source = errorLines > 0 ? SOURCE.exec(line)?.[1] : undefined;
    errorLines = source === undefined ? Math.max(0, errorLines - 1) : 0;
    if (source !== undefined) unloaded[unloaded.length - 1] = source;
    if (errorLines > 0) continue;
    claim = claimOf(line, claim);
    const failed = FAILED_LINE.exec(line);
    if (failed !== null) failedOnly.push([failed[2] ?? "", "failed"]);
    // The failures are told again below this, with the browser's name where a title would be.
    if (line === "FAILED TESTS:") isOver = true;
    const test = isOver ? null : TREE_LINE.exec(line);
    if (test !== null) {
      const [, indent = "", mark = "", text = ""] = test;
      const title = withoutEnd(text.trimEnd(), / \((?:skipped|\d+ms)\)$/);
      const hook = hookCases(titles, indent.length, title);
      if (hook?.test != null) ofHooks.push(hook.test);
      cases.push(hook?.own ?? [titles.id(indent.length, title), outcomeOf(mark, text)]);
    } else if (!isOver) {
      const suite = SUITE_LINE.exec(line);
      if (suite !== null) titles.open((suite[1] ?? "").length, (suite[2] ?? "").trimEnd());
    }
  }
  if (!isKarma) return null;
  if (claim !== null) claims.push(claim);
  // Reporters that name only failures can be held to that number alone.
  if (cases.length === 0) {
    const failures = claims.map((counts) => ({ failed: counts.failed ?? 0 }));
    return reportOf(failedOnly, unloaded, contradiction(failedOnly, failures));
  }
  return reportOf([...cases, ...ofHooks, ...failedOnly], unloaded, contradiction(cases, claims));
}

/** The last count in the log is the runner's: `SUMMARY:` and its lines, `Executed`, `TOTAL`. */
function claimOf(line: string, claim: Counts | null): Counts | null {
  if (line === "SUMMARY:") return { passed: 0, failed: 0, skipped: 0 };
  const counted = SUMMARY.exec(line);
  if (counted !== null) {
    const name = counted[3] === "completed" ? "passed" : (counted[3] ?? "");
    return { ...claim, [name]: Number(counted[2]) };
  }
  if (EXECUTED.test(line)) return executedOf(line);
  return TOTAL.test(line) ? totalOf(line) : claim;
}

/** karma-mocha-reporter marks skipped tests as it does failed ones. */
function outcomeOf(mark: string, text: string): "passed" | "failed" | "skipped" {
  if (mark === "-" || text.endsWith(" (skipped)")) return "skipped";
  return "✔✓√".includes(mark) ? "passed" : "failed";
}

function executedOf(line: string): Counts {
  const [, executed = "0", failed = "0", skipped = "0"] = EXECUTED.exec(line) ?? [];
  return { passed: Number(executed) - Number(failed), failed: Number(failed), skipped: Number(skipped) };
}

function totalOf(line: string): Counts {
  const [, failed = "0", passed = "0"] = TOTAL.exec(line) ?? [];
  return { passed: Number(passed), failed: Number(failed) };
}
