// The verbose log of Python's unittest and of Django's runner on it: a fallback, since tested code can print into it.
import type { TestOutcome } from "../core/types.js";
import { collectReport, type TestReport } from "./report.js";

const TEST_LINE = /^(\w+) \(([\w.]+)\)(?: \([^)]*\))?(?: \[[^\]]*\])?(?: \.\.\. ?(.*))?$/;
const FAILURE_HEADER = /^(FAIL|ERROR): (\w+) \(([\w.]+)\)/;
const FAILED_IMPORT = "unittest.loader._FailedTest";

/**
 * Reads `test_x (module.Class) ... ok` lines, with the status on the same line, after a docstring, or on a line of its
 * own below printed text. Ids are `test_x (module.Class)` on every Python version. The last status counts, but a `FAIL:` or
 * `ERROR:` header overrides all, later ones too, for what comes after the headers was printed by something else; a test without a status is left out, which reads as missing. Null if no test line is there.
 */
export function parseUnittest(text: string): TestReport | null {
  const outcomes = new Map<string, TestOutcome>();
  const failures = new Map<string, TestOutcome>();
  const unloaded: string[] = [];
  let pending: string | null = null;
  for (const line of text.split(/\r?\n/)) {
    const header = FAILURE_HEADER.exec(line);
    const test = TEST_LINE.exec(line);
    if (header !== null) {
      const [, word, name = "", owner = ""] = header;
      if (owner === FAILED_IMPORT) unloaded.push(name);
      else failures.set(idOf(name, owner), word === "FAIL" ? "failed" : "error");
      pending = null;
    } else if (test !== null && !(test[2] ?? "").startsWith(FAILED_IMPORT)) {
      pending = record(outcomes, idOf(test[1] ?? "", test[2] ?? ""), statusOf(test[3] ?? ""));
    } else if (pending !== null) {
      const status = statusOf(/ \.\.\. (.*)$/.exec(line)?.[1] ?? line);
      if (status !== null) pending = record(outcomes, pending, status);
    }
  }
  const all = new Map([...outcomes, ...failures]);
  return all.size === 0 && unloaded.length === 0 ? null : collectReport(all, unloaded);
}

/** Notes the last status of a test; returns the id while it still waits for one. */
function record(outcomes: Map<string, TestOutcome>, id: string, status: TestOutcome | null): string | null {
  if (status === null) return id;
  outcomes.set(id, status);
  return null;
}

/** Python 3.11 repeats the method in the brackets; older ones don't. */
function idOf(name: string, owner: string): string {
  return `${name} (${owner.endsWith(`.${name}`) ? owner.slice(0, -name.length - 1) : owner})`;
}

function statusOf(text: string): TestOutcome | null {
  const word = text.trim();
  if (word === "ok" || word === "expected failure") return "passed";
  if (word === "FAIL" || word === "unexpected success") return "failed";
  if (word === "ERROR") return "error";
  return word.startsWith("skipped ") ? "skipped" : null;
}
