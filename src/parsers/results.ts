// What the log parsers of runners share: lines, nested titles, and whether the runner's own counts bear out what was read.
import type { TestOutcome } from "../core/types.js";
import { plainLines } from "./lines.js";
import { collectReport, type TestReport } from "./report.js";

/** A test and one outcome of it, in the order of the log. */
export type Case = readonly [id: string, outcome: TestOutcome];

/** What a runner's summary says; a number that it doesn't give is left out and not compared. */
export interface Counts {
  readonly passed?: number;
  readonly failed?: number;
  readonly skipped?: number;
}

/** No result line is longer; what a test prints can be, and patterns must not walk through it. */
const LONGEST = 4096;

/** Titles of suites together are shorter: a flood of lines below long ones would be multiplied by them. */
export const LONGEST_PATH = 1024;

/** Lines of a log without colours, cut at 4,096 characters. */
export function* resultLines(log: string): Generator<string> {
  for (const line of plainLines(log)) yield line.length > LONGEST ? line.slice(0, LONGEST) : line;
}

/** Removes a pattern that ends in `$`; only the last 100 characters are looked at, which keeps this linear. */
export function withoutEnd(text: string, pattern: RegExp): string {
  const from = Math.max(0, text.length - 100);
  return text.slice(0, from) + text.slice(from).replace(pattern, "");
}

/** Titles of the suites around a line, by indentation. */
export interface Titles {
  /** A suite at this indentation begins: deeper ones, and its sisters, have ended. */
  open(indent: number, title: string): void;
  /** `suite::inner::title` for a line at this indentation. */
  id(indent: number, title: string): string;
}

/** Reads nesting by indentation, as most runners print it. */
export function nestedTitles(): Titles {
  const suites: { readonly indent: number; readonly title: string }[] = [];
  let length = 0;
  const leave = (indent: number): void => {
    while ((suites.at(-1)?.indent ?? -1) >= indent) length -= suites.pop()?.title.length ?? 0;
  };
  return {
    open(indent, title) {
      leave(indent);
      if (length + title.length > LONGEST_PATH) return;
      suites.push({ indent, title });
      length += title.length;
    },
    id(indent, title) {
      leave(indent);
      return [...suites.map((suite) => suite.title), title].join("::");
    },
  };
}

const HOOK = /^"(before all|before each|after each|after all)" hook(?:.* for "(.*)")?/;

/**
 * Mocha names a failing hook where a test would stand: an error of its own, and of the test that it kept from running or from
 * ending well. Null if the title is no hook's.
 */
export function hookCases(titles: Titles, indent: number, title: string): { own: Case; test: Case | null } | null {
  const hook = HOOK.exec(title);
  if (hook === null) return null;
  const test = hook[2] === undefined || hook[1] === "after all" ? null : titles.id(indent, hook[2]);
  return { own: [titles.id(indent, title), "error"], test: test === null ? null : [test, "error"] };
}

/** A report, with what speaks against it. */
export function reportOf(cases: readonly Case[], unloaded: readonly string[], disagreement: string | null): TestReport {
  const report = collectReport(cases, unloaded);
  return disagreement === null ? report : { ...report, disagreement };
}

/**
 * Compares cases with the runner's summaries: the last one must fit, since a test can print one before it, or the sum of
 * all where a log holds several runs. Returns what disagrees, or null.
 */
export function contradiction(cases: readonly Case[], summaries: readonly Counts[]): string | null {
  const last = summaries.at(-1);
  if (last === undefined) return "the log ends before the runner's own count";
  const read = countsOf(cases);
  if (fits(read, last) || fits(read, sumOf(summaries))) return null;
  return `the runner counts ${textOf(last)}, the lines ${textOf(read)}`;
}

function countsOf(cases: readonly Case[]): Required<Counts> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [, outcome] of cases) {
    if (outcome === "passed" || outcome === "skipped") counts[outcome] += 1;
    else counts.failed += 1;
  }
  return counts;
}

function sumOf(summaries: readonly Counts[]): Counts {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const counts of summaries) {
    for (const name of ["passed", "failed", "skipped"] as const) sum[name] += counts[name] ?? Number.NaN;
  }
  return sum;
}

/** A count that isn't given, or not by every summary, is no contradiction. */
function fits(read: Required<Counts>, claimed: Counts): boolean {
  const same = (one: number, other: number | undefined): boolean =>
    other === undefined || Number.isNaN(other) || one === other;
  return same(read.passed, claimed.passed) && same(read.failed, claimed.failed) && same(read.skipped, claimed.skipped);
}

function textOf(counts: Counts): string {
  return (["passed", "failed", "skipped"] as const)
    .filter((name) => counts[name] !== undefined)
    .map((name) => `${counts[name]} ${name}`)
    .join(", ");
}
