// The logs of `go test`, plain, with -v and with -json: a test belongs to the package that is named after it.
import type { TestOutcome } from "../core/types.js";
import { plainLines } from "./lines.js";
import type { TestReport } from "./report.js";
import { type Case, reportOf, resultLines } from "./results.js";

const RUN = /=== RUN {3}(\S+)$/;
const RESULT = /--- (PASS|FAIL|SKIP): (\S+) \(\d+\.\d+s\)$/;
const PACKAGE = /^(ok {2}|FAIL|\? {3})\t(\S+)(?:\t| \[|$)/;
const BUILD_FAILED = / \[(?:build|setup) failed\]$/;
const TIMED_OUT = /^panic: test timed out after /;
const PASS_LINE = /^(?:PASS|coverage: .*|testing: warning: .*)$/;
const EVENT = /^\{"(?:Time|Action|ImportPath)":/;
const TEXT_LINE = /^(?:=== RUN|--- |ok {2}\t|FAIL\t|\? {3}\t)/;

const OUTCOMES: Readonly<Record<string, TestOutcome>> = { PASS: "passed", FAIL: "failed", SKIP: "skipped" };

/** Tests of one package, until its end says which. */
interface Package {
  readonly cases: Case[];
  readonly running: Set<string>;
  isTimedOut: boolean;
}

/**
 * Ids are `package::TestName/subtest`. With -v and -json a test that began and has no result when its package fails is a `timeout` (the
 * package's time was over) or an `error` (it took the process down); plain logs name only failures. A package that doesn't build, or that fails
 * without a failed test, is in `unloaded`. Tests whose package is never named (a log cut short) are left out. Null if nothing is Go's.
 */
export function parseGo(log: string): TestReport | null {
  return isJson(log) ? parseEvents(log) : parseText(log);
}

function isJson(log: string): boolean {
  for (const line of resultLines(log)) {
    if (TEXT_LINE.test(line) && !BUILD_FAILED.test(line)) return false;
    if (EVENT.test(line)) return true;
  }
  return false;
}

function parseText(log: string): TestReport | null {
  const report = newReport();
  let open = newPackage();
  let isVerbose = false;
  let previous = "";
  for (const line of resultLines(log)) {
    const above = previous;
    previous = line;
    const run = RUN.exec(line)?.[1];
    const result = RESULT.exec(line);
    if (run !== undefined) {
      isVerbose = true;
      open.running.add(run);
    } else if (result !== null) {
      const [, word = "", name = ""] = result;
      // With -v a test that never began has no result: the line is printed by another.
      if (!isVerbose || open.running.has(name)) open.cases.push([name, OUTCOMES[word] ?? "error"]);
    } else if (TIMED_OUT.test(line)) {
      open.isTimedOut = true;
    } else {
      const ended = PACKAGE.exec(line);
      if (ended === null || (ended[1] === "ok  " && open.running.size > 0 && !PASS_LINE.test(above))) continue;
      closePackage(report, ended[2] ?? "", ended[1] === "FAIL", open);
      open = newPackage();
      isVerbose = false;
    }
  }
  return finish(report, open.cases.length + open.running.size > 0);
}

interface Event {
  readonly Action?: unknown;
  readonly Package?: unknown;
  readonly Test?: unknown;
  readonly Output?: unknown;
}

function parseEvents(log: string): TestReport | null {
  const report = newReport();
  const open = new Map<string, Package>();
  for (const line of plainLines(log)) {
    const name = BUILD_FAILED.test(line) ? PACKAGE.exec(line)?.[2] : undefined;
    if (name !== undefined) report.unloaded.push(name);
    const event = EVENT.test(line) ? eventOf(line) : null;
    if (event === null || typeof event.Package !== "string") continue;
    const owner = open.get(event.Package) ?? newPackage();
    open.set(event.Package, owner);
    const { Action: action, Test: test } = event;
    if (typeof test === "string") {
      if (action === "run") owner.running.add(test);
      const hasResult = action === "pass" || action === "fail" || action === "skip";
      if (hasResult && owner.running.has(test)) {
        owner.cases.push([test, OUTCOMES[action.toUpperCase()] ?? "error"]);
      }
    } else if (action === "pass" || action === "fail" || action === "skip") {
      closePackage(report, event.Package, action === "fail", owner);
      open.delete(event.Package);
    }
    if (action === "output" && typeof event.Output === "string" && TIMED_OUT.test(event.Output))
      owner.isTimedOut = true;
  }
  return finish(report, open.size > 0);
}

/** A line that is cut short, or printed, is no event. */
function eventOf(line: string): Event | null {
  try {
    const value: unknown = JSON.parse(line);
    return value !== null && typeof value === "object" ? (value as Event) : null;
  } catch {
    return null;
  }
}

interface Collected {
  readonly cases: Case[];
  readonly unloaded: string[];
  packages: number;
  lie: string | null;
}

function newReport(): Collected {
  return { cases: [], unloaded: [], packages: 0, lie: null };
}

function newPackage(): Package {
  return { cases: [], running: new Set(), isTimedOut: false };
}

function closePackage(report: Collected, name: string, isFailed: boolean, open: Package): void {
  report.packages += 1;
  const ended = new Set(open.cases.map(([test]) => test));
  // A package can't pass with a test under way: such a `=== RUN` was printed.
  const unfinished = !isFailed ? [] : [...open.running].filter((test) => !ended.has(test));
  const lost: TestOutcome = open.isTimedOut ? "timeout" : "error";
  const cases: Case[] = [...open.cases, ...unfinished.map((test): Case => [test, lost])];
  const hasFailed = cases.some(([, outcome]) => outcome !== "passed" && outcome !== "skipped");
  if (isFailed && !hasFailed) report.unloaded.push(name);
  if (!isFailed && hasFailed) report.lie = `package ${name} passed, and a test of it did not`;
  for (const [test, outcome] of cases) report.cases.push([`${name}::${test}`, outcome]);
}

function finish(report: Collected, isOpen: boolean): TestReport | null {
  if (report.packages === 0 && report.unloaded.length === 0 && !isOpen) return null;
  return reportOf(report.cases, report.unloaded, isOpen ? "the log ends before the result of a package" : report.lie);
}
