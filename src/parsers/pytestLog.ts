// The log of `pytest -rA` (and `-v`): the summary at its end, read as the lists of the benchmarks name the tests.
import type { TestOutcome } from "../core/types.js";
import { plainLines } from "./lines.js";
import type { TestReport } from "./report.js";

const STATUS_FIRST = /^(PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\s+(\S+)/;
const TEST_FIRST = /^(\S+)\s+(PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)(?:\s|$)/;
const STATUS_WORD = /PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS/;
/** A summary of skips counts them and names a place, not a test. */
const SKIP_COUNT = /^\[\d+\]$/;

const OUTCOMES: Readonly<Record<string, TestOutcome>> = {
  PASSED: "passed",
  XFAIL: "passed",
  XPASS: "passed",
  FAILED: "failed",
  ERROR: "error",
  SKIPPED: "skipped",
};

/** How a project's lists write an id; default: as the log does. */
export type IdForm = (id: string) => string;

/**
 * Reads summary lines (`PASSED id`, `FAILED id - message`) and verbose ones (`id PASSED [ 3%]`), coloured or not. An id ends at
 * the first space, as it does in the lists. The last status of an id counts: the summary comes after anything that the
 * tests print, and an error at teardown after the pass. Null if no line has a status.
 */
export function parsePytestLog(log: string, idForm: IdForm = (id) => id): TestReport | null {
  const tests = new Map<string, TestOutcome>();
  for (const line of plainLines(log)) {
    if (!STATUS_WORD.test(line)) continue;
    const first = STATUS_FIRST.exec(line);
    const [, id, status] = first === null ? (TEST_FIRST.exec(line) ?? []) : [first[0], first[2], first[1]];
    if (id === undefined || status === undefined || (status === "SKIPPED" && SKIP_COUNT.test(id))) continue;
    tests.set(idForm(id), OUTCOMES[status] ?? "error");
  }
  return tests.size === 0 ? null : { tests, unloaded: [] };
}

/** requests and pylint: a parameter that is a path differs from machine to machine, so only its last part is in the id. */
export function withoutFolders(id: string): string {
  const open = id.indexOf("[");
  const close = id.lastIndexOf("]");
  if (open === -1 || close < open) return id;
  const parameter = id.slice(open + 1, close);
  const isPath = parameter.startsWith("/") && !parameter.startsWith("//") && !parameter.includes("*");
  const kept = isPath ? parameter.slice(parameter.lastIndexOf("/")) : parameter;
  return `${id.slice(0, open)}[${kept}]`;
}

/** matplotlib: Python before 3.11 and after it print the members of an enumeration differently; the lists hold numbers. */
export function withButtonNumbers(id: string): string {
  return id.replaceAll("MouseButton.LEFT", "1").replaceAll("MouseButton.RIGHT", "3");
}
