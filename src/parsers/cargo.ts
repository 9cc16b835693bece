// The log of `cargo test`: one section a test binary, named by its source and itself, each with counts of its own.
import type { TestOutcome } from "../core/types.js";
import type { TestReport } from "./report.js";
import { type Case, type Counts, contradiction, reportOf, resultLines, withoutEnd } from "./results.js";

const BINARY = /^ {2,}Running (?:unittests )?(\S+) \((?:\S*[/\\])?(\S+?)(?:-[0-9a-f]{16})?(?:\.exe)?\)$/;
const DOC_TESTS = /^ {3}Doc-tests (\S+)$/;
const BEGIN = /^running \d+ tests?$/;
const TEST_LINE = /^test (.+?) \.\.\. (.*)$/;
const STATUS = /^(ok|FAILED|ignored)(?:, .*)?(?: <[\d.]+s>)?$/;
const KIND = / - (?:should panic|compile fail|compile)$/;
const COUNTS = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored; /;
const NOT_BUILT = /^error: could not compile `([^`]+)`(?: \(([^)]+)\))?/;
const PROCESS_FAILED = /^error: (?:test failed|doctest failed|\d+ targets? failed)/;

const OUTCOMES: Readonly<Record<string, TestOutcome>> = { ok: "passed", FAILED: "failed", ignored: "skipped" };

const LISTED = /^ {4}(\S.*)$/;

/** What one test binary says. */
interface Section {
  readonly binary: string | null;
  readonly cases: [id: string, outcome: TestOutcome][];
  readonly listed: Set<string>;
  counts: Counts | null;
  /** The binary ended in another way than by its counts. */
  isDead: boolean;
}

/**
 * Ids are `source (binary)::path::test`, for example `src/lib.rs (tiny)::tests::adds` and `doc-tests tiny::src/lib.rs - add (line 2)`, and the
 * bare path where the log has no such heads (Cargo writes them to stderr). With `--nocapture` what a test prints stands between its
 * name and its status, so the last status before the next name counts. Captured output below `failures:` is passed over. A binary
 * that ends without its counts, or does not compile, is in `unloaded`; the test that took it down is an error where it is named.
 * Null if no test binary is run and none fails to build.
 */
export function parseCargo(log: string): TestReport | null {
  const sections: Section[] = [];
  const unbuilt: string[] = [];
  let binary: string | null = null;
  let section: Section | null = null;
  let hasListedFailures = false;
  for (const line of resultLines(log)) {
    const test = section === null || hasListedFailures ? null : TEST_LINE.exec(line);
    const rest = test?.[2] ?? line;
    if (section !== null && test !== null) {
      section.cases.push([idOf(section.binary, test[1] ?? ""), "error"]);
      // Counts with a test below them are printed.
      section.counts = null;
    }
    const head = BINARY.exec(line);
    const docs = DOC_TESTS.exec(line);
    if (head !== null || docs !== null) {
      binary = head === null ? `doc-tests ${docs?.[1]}` : `${head[1]} (${head[2]})`;
      section = null;
    } else if (BEGIN.test(line)) {
      section = { binary, cases: [], listed: new Set(), counts: null, isDead: false };
      sections.push(section);
      hasListedFailures = false;
    } else if (PROCESS_FAILED.test(rest)) {
      if (section !== null) section.isDead = section.counts === null;
      section = null;
    } else {
      const broken = NOT_BUILT.exec(line);
      if (broken !== null) unbuilt.push(broken[2] === undefined ? (broken[1] ?? "") : `${broken[1]} (${broken[2]})`);
    }
    if (section === null) continue;
    const counts = COUNTS.exec(line);
    if (counts !== null) {
      section.counts = { passed: Number(counts[1]), failed: Number(counts[2]), skipped: Number(counts[3]) };
    }
    if (line === "failures:") hasListedFailures = true;
    const listed = hasListedFailures ? LISTED.exec(line)?.[1] : undefined;
    if (listed !== undefined) section.listed.add(listed);
    const status = hasListedFailures ? undefined : STATUS.exec(rest)?.[1];
    const last = section.cases.at(-1);
    if (status !== undefined && last !== undefined) last[1] = OUTCOMES[status] ?? "error";
  }
  if (sections.length === 0 && unbuilt.length === 0) return null;
  const dead = sections.filter((each) => each.isDead).map((each) => each.binary ?? "cargo test");
  return reportOf(sections.flatMap(provenCases), [...dead, ...unbuilt], disagreementOf(sections));
}

/**
 * The list at the end names failures again: a pass that a test printed itself doesn't stand. In a log that is cut short the last
 * pass may be printed by a test whose status is to come.
 */
function provenCases({ binary, cases, counts, listed }: Section): readonly Case[] {
  const failed = new Set([...listed].map((name) => idOf(binary, name)));
  const whole = counts === null && cases.at(-1)?.[1] === "passed" ? cases.slice(0, -1) : cases;
  return whole.map(([id, outcome]) => [id, outcome === "passed" && failed.has(id) ? "failed" : outcome]);
}

function disagreementOf(sections: readonly Section[]): string | null {
  if (sections.some(({ counts, isDead }) => counts === null && !isDead)) return contradiction([], []);
  for (const { cases, counts } of sections) {
    const disagreement = counts === null ? null : contradiction(cases, [counts]);
    if (disagreement !== null) return disagreement;
  }
  return null;
}

function idOf(binary: string | null, test: string): string {
  const name = withoutEnd(test, KIND);
  return binary === null ? name : `${binary}::${name}`;
}
