// The log of RSpec's documentation format: groups and examples look alike, so a line with deeper lines below it is a group.
import type { TestOutcome } from "../core/types.js";
import type { TestReport } from "./report.js";
import { type Case, type Counts, contradiction, nestedTitles, reportOf, resultLines } from "./results.js";

const LINE = /^((?: {2})*)(\S.*)$/;
const FAILED = / \(FAILED - \d+\)$/;
const PENDING = / \(PENDING: .*\)$/;
const END = /^(?:Failures:|Pending: \(Failures listed here .*|Finished in [\d.]+ .*)$/;
const COUNTS =
  /^(\d+) examples?, (\d+) failures?(?:, (\d+) pending)?(?:, (\d+) errors? occurred outside of examples)?$/;
const NOT_LOADED = /^An error occurred while loading (\S+?)\.?$/;
const HOOK_FAILED = /^An error occurred in an? `.*` hook\.$/;
const RETRY = /^\s*(?:RSpec::Retry: |\d+\w\w Try error in )/;

/**
 * Ids are `Group::inner::example`, with the description as printed; a description of several lines is its first. A file that can't
 * be loaded, and a group whose `after(:context)` hook fails, are in `unloaded`. RSpec marks no passed example, so a line that a test prints can be read
 * as one, which the counts then contradict; `--format json` has no such gap. Null if there are no examples, counts or files that fail
 * to load (the progress format names no examples).
 */
export function parseRspec(log: string): TestReport | null {
  const cases: Case[] = [];
  const unloaded: string[] = [];
  const summaries: Counts[] = [];
  const titles = nestedTitles();
  let waiting: { readonly indent: number; readonly title: string } | null = null;
  let group: string | null = null;
  let isTree = true;
  let inError = false;
  let above = "";
  const settle = (indent: number): void => {
    if (waiting === null) return;
    if (indent > waiting.indent) {
      titles.open(waiting.indent, waiting.title);
      if (waiting.indent === 0) group = waiting.title;
    } else if (waiting.indent > 0) {
      cases.push([titles.id(waiting.indent, waiting.title), "passed"]);
    }
    waiting = null;
  };
  for (const line of resultLines(log)) {
    const previous = above;
    above = line;
    const counts = COUNTS.exec(line);
    if (counts !== null) {
      summaries.push(countsOf(counts));
      isTree = true;
    }
    const file = NOT_LOADED.exec(line)?.[1];
    if (file !== undefined) {
      unloaded.push(file);
      isTree = false;
    }
    if (HOOK_FAILED.test(line)) {
      settle(0);
      if (group !== null) unloaded.push(group);
      inError = true;
    }
    if (inError) {
      inError = !line.startsWith("# ");
      continue;
    }
    if (END.test(line)) {
      settle(0);
      isTree = false;
    }
    if (line.startsWith("Randomized with seed ") || line.startsWith("Run options: ")) isTree = true;
    if (!isTree || RETRY.test(line)) continue;
    const found = LINE.exec(line);
    if (found === null) continue;
    const indent = (found[1] ?? "").length;
    const text = found[2] ?? "";
    // An outermost group follows an empty line.
    if (indent === 0 && (previous !== "" || counts !== null)) continue;
    settle(indent);
    const outcome = outcomeOf(text);
    if (outcome === null) waiting = { indent, title: text };
    else cases.push([titles.id(indent, text.replace(outcome === "failed" ? FAILED : PENDING, "")), outcome]);
  }
  // The last line of a log that is cut short may be a group or half a description: it shows nothing.
  if (cases.length === 0 && unloaded.length === 0 && summaries.length === 0) return null;
  if (cases.length === 0 && unloaded.length === 0 && countAll(summaries.at(-1)) > 0) return null;
  return reportOf(cases, unloaded, contradiction(cases, summaries));
}

function outcomeOf(text: string): TestOutcome | null {
  if (FAILED.test(text.slice(-40))) return "failed";
  return text.endsWith(")") && PENDING.test(text) ? "skipped" : null;
}

function countsOf(match: RegExpExecArray): Counts {
  const [, all, failed, pending] = match;
  const [examples, failures, skipped] = [Number(all), Number(failed), Number(pending ?? 0)];
  return { passed: examples - failures - skipped, failed: failures, skipped };
}

function countAll(counts: Counts | undefined): number {
  return (counts?.passed ?? 0) + (counts?.failed ?? 0) + (counts?.skipped ?? 0);
}
