// The log of Django's own runner (verbose unittest): ids are free text, since a docstring takes the place of a name.
import type { TestOutcome } from "../core/types.js";
import { plainLines } from "./lines.js";
import type { TestReport } from "./report.js";

const SEPARATOR = " ... ";
const PRINTED_BEFORE = /\W(test\w* \([\w.]+\))$/;
const HEADER = /^(FAIL|ERROR): (\w+ \([\w.]+\))/;

/**
 * Reads `id ... status`, with the status on the same line or on one of its own below what the test printed. Of a repeated
 * id the last status counts, as it did when the lists were made; a `FAIL:` or `ERROR:` header overrides `name (class)`.
 * A test with failing subtests has no status, and its line runs into the next test's: both are missing, as they were
 * when the lists were made. Null without test lines.
 */
export function parseDjangoLog(log: string): TestReport | null {
  const tests = new Map<string, TestOutcome>();
  let pending: readonly string[] = [];
  let ruled = false;
  for (const line of plainLines(log)) {
    const header = ruled ? HEADER.exec(line) : null;
    ruled = line.startsWith("=====");
    if (header !== null) {
      tests.set(header[2] ?? "", header[1] === "FAIL" ? "failed" : "error");
      pending = [];
      continue;
    }
    const at = line.lastIndexOf(SEPARATOR);
    if (at === -1 && pending.length === 0) continue;
    if (at !== -1) pending = idsOf(line.slice(0, at).trim());
    // On a line of its own the last status before the next test counts: what the test prints comes before its status.
    const status = at === -1 ? ownLine(line) : statusOf(line.slice(at + SEPARATOR.length));
    if (status === null) continue;
    for (const id of pending) tests.set(id, status);
    if (at !== -1) pending = [];
  }
  return tests.size === 0 ? null : { tests, unloaded: [] };
}

/** The text before the status, whatever it is; and the name at its end, where something was printed in front of one. */
function idsOf(text: string): readonly string[] {
  const name = text.includes(SEPARATOR) ? undefined : PRINTED_BEFORE.exec(text)?.[1];
  return name === undefined ? [text] : [text, name];
}

/** "OK" alone is the end of the whole run. */
function ownLine(line: string): TestOutcome | null {
  return line.trim() === "OK" ? null : statusOf(line);
}

function statusOf(text: string): TestOutcome | null {
  const word = text.trim();
  if (word === "ok" || word === "OK" || word === "expected failure") return "passed";
  if (word === "FAIL" || word === "unexpected success") return "failed";
  if (word === "ERROR") return "error";
  return word.startsWith("skipped") ? "skipped" : null;
}
