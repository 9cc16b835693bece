// The logs of PHPUnit: titles under their class with `--testdox`, names with `--debug`, and the failures that each form lists.
import type { TestOutcome } from "../core/types.js";
import type { TestReport } from "./report.js";
import { type Case, type Counts, contradiction, reportOf, resultLines, withoutEnd } from "./results.js";

const BANNER = /^PHPUnit \d+[\d.]* by /;
const CLASS_LINE = /^(?:[^\s│].*? \(([\w\\]+)\)|([^\s│].*))$/;
const TITLE_LINE = /^ ([✔✘↩∅☢⚠]) (.*)$/;
const ENDED = /^Test '(.*)' ended$/;
const SECTION = /^There (?:was|were) \d+ (error|failure|warning|skipped test|incomplete test|risky test)s?:$/;
const LISTED = /^\d+\) (.+)$/;
const ALL_WELL = /^OK \((\d+) tests?, \d+ assertions?\)$/;
const COUNTS = /^Tests: (\d+), Assertions: \d+(.*)\.$/;
const FATAL = /^(?:PHP )?(?:Fatal|Parse) error: .* in (\S+?\.php)(?:\(\d+\))?(?::\d+| on line \d+)?$/;

/** A risky test (one without an assertion, say) and one with a warning fail no run, and show nothing. */
const MARKS: Readonly<Record<string, TestOutcome>> = {
  "✔": "passed",
  "✘": "failed",
  "↩": "skipped",
  "∅": "skipped",
  "☢": "skipped",
  "⚠": "skipped",
};

const SECTIONS: Readonly<Record<string, TestOutcome>> = {
  error: "error",
  failure: "failed",
  warning: "skipped",
  "skipped test": "skipped",
  "incomplete test": "skipped",
  "risky test": "skipped",
};

/**
 * Ids are `Name\Space\Class::Title` with `--testdox` (the words before the brackets where a class has no namespace), and
 * `Name\Space\ClassTest::testName with data set …` otherwise. With `--debug` a test has passed only if the counts are there and every other test is
 * listed (skipped ones are with `--verbose` alone); plain logs name failures only. `unloaded` has the file of a fatal error.
 * Null if PHPUnit says nothing.
 */
export function parsePhpunit(log: string): TestReport | null {
  const titled: Case[] = [];
  const ended: string[] = [];
  const listed: Case[] = [];
  const unloaded: string[] = [];
  const summaries: Counts[] = [];
  let isPhpunit = false;
  let owner: string | null = null;
  let section: TestOutcome | null = null;
  let isRepeated = false;
  let previous = "";
  for (const line of resultLines(log)) {
    const above = previous;
    previous = line;
    if (BANNER.test(line)) [isPhpunit, isRepeated, section] = [true, false, null];
    const fatal = FATAL.exec(line)?.[1];
    if (fatal !== undefined) unloaded.push(fatal);
    const counts = countsOf(line);
    if (counts !== null) summaries.push(counts);
    if (line === "Summary of non-successful tests:") isRepeated = true;
    const heading = SECTION.exec(line)?.[1];
    if (heading !== undefined) section = SECTIONS[heading] ?? "error";
    const name = section === null ? undefined : LISTED.exec(line)?.[1];
    if (name !== undefined && section !== null && above === "") listed.push([name, section]);
    const done = ENDED.exec(line)?.[1];
    if (done !== undefined) ended.push(done);
    if (isRepeated) continue;
    const title = TITLE_LINE.exec(line);
    if (title !== null && owner !== null) {
      titled.push([`${owner}::${withoutEnd(title[2] ?? "", / \[[\d.]+ m?s\]$/)}`, MARKS[title[1] ?? ""] ?? "error"]);
    } else if (above === "") {
      const name = CLASS_LINE.exec(line);
      if (name !== null) owner = name[1] ?? name[2] ?? null;
    }
  }
  if (!isPhpunit && unloaded.length === 0) return null;
  const ofTitles = contradiction(titled, summaries);
  if (titled.length > 0 && ended.length === 0 && (ofTitles === null || listed.length === 0)) {
    return reportOf(titled, unloaded, ofTitles);
  }
  const others = new Set(listed.map(([id]) => id));
  const passed = ended.filter((id) => !others.has(id)).map((id): Case => [id, "passed"]);
  if (ended.length > 0 && contradiction([...listed, ...passed], summaries) === null) {
    return reportOf([...listed, ...passed], unloaded, null);
  }
  const failed = listed.filter(([, outcome]) => outcome !== "skipped");
  const failures = summaries.map((counts) => ({ failed: counts.failed ?? 0 }));
  return reportOf(failed, unloaded, contradiction(failed, failures));
}

function countsOf(line: string): Counts | null {
  const good = ALL_WELL.exec(line);
  if (good !== null) return { passed: Number(good[1]), failed: 0, skipped: 0 };
  const counts = COUNTS.exec(line);
  if (counts === null) return null;
  const of = (word: string): number => Number(new RegExp(`, ${word}: (\\d+)`).exec(counts[2] ?? "")?.[1] ?? 0);
  const failed = of("Errors") + of("Failures");
  const skipped = of("Skipped") + of("Incomplete") + of("Risky") + of("Warnings");
  return { passed: Number(counts[1]) - failed - skipped, failed, skipped };
}
