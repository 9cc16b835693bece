// Where a hunk ends: its counts decide if they hold, else its shape does, because models and strip() get counts wrong.

/** Lines of a hunk as they are, whatever its header says. */
export interface HunkTally {
  readonly old: number;
  readonly new: number;
  readonly added: number;
  readonly removed: number;
  /** Context lines before the first and after the last changed line. */
  readonly leading: number;
  readonly trailing: number;
}

/**
 * `whole`: counts and lines agree. `chopped`: blank context lines at its end were stripped (the tally lacks them, the
 * header counts them). `miscounted`: all there, but the header is wrong. `truncated`: the text ends in the middle of it.
 */
export type HunkState = "whole" | "chopped" | "miscounted" | "truncated";

export interface HunkBody {
  /** Offset after the last line of the hunk. */
  readonly end: number;
  readonly tally: HunkTally;
  readonly state: HunkState;
}

/** Context lines around a change in a diff made with git's defaults. */
const CONTEXT = 3;

/** Reads the lines of a hunk from `start`, which its header says are `oldLines` and `newLines`. Linear in what it reads. */
export function readHunk(text: string, start: number, oldLines: number, newLines: number): HunkBody {
  const counted = endByCounts(text, start, oldLines, newLines);
  if (counted !== null && !changesFollow(text, counted)) {
    return { end: counted, tally: tallyOf(text, start, counted), state: "whole" };
  }
  const end = endByShape(text, start);
  const tally = tallyOf(text, start, end);
  const lacksOld = oldLines - tally.old;
  const lacksNew = newLines - tally.new;
  if (lacksOld === 0 && lacksNew === 0) return { end, tally, state: "whole" };
  if (lacksOld === lacksNew && lacksOld > 0 && tally.trailing + lacksOld <= Math.max(CONTEXT, tally.leading)) {
    return { end, tally, state: "chopped" };
  }
  const cut = lacksOld >= 0 && lacksNew >= 0 && tally.trailing === 0 && endsSection(text, end);
  return { end, tally, state: cut ? "truncated" : "miscounted" };
}

/** Whether a file's section starts at this offset: a `diff --git` line, or `---` followed by `+++`. */
export function startsSection(text: string, at: number): boolean {
  return text.startsWith("diff --git ", at) || text.startsWith(" diff --git ", at) || startsNames(text, at);
}

/** Whether a `--- ` line followed by a `+++ ` line starts at this offset. */
export function startsNames(text: string, at: number): boolean {
  return text.startsWith("--- ", at) && text.startsWith("+++ ", lineEnd(text, at));
}

/** Offset after the line that starts at `at`. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end + 1;
}

/** Offset after the lines that the counts ask for, or null if the text doesn't hold them. */
function endByCounts(text: string, start: number, oldLines: number, newLines: number): number | null {
  let left = oldLines;
  let right = newLines;
  let at = start;
  while (left > 0 || right > 0) {
    const mark = markAt(text, at);
    if (mark === null) return null;
    if (mark === " " || mark === "-") left -= 1;
    if (mark === " " || mark === "+") right -= 1;
    if (left < 0 || right < 0) return null;
    at = lineEnd(text, at);
  }
  return text[at] === "\\" ? lineEnd(text, at) : at;
}

/** Offset after the last line that looks like part of the hunk. */
function endByShape(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    // Blank lines belong to the hunk only if it goes on after them.
    let next = at;
    while (isBlank(text, next)) next = lineEnd(text, next);
    const mark = markAt(text, next);
    if (mark === null || startsSection(text, next) || (mark === "-" && isProse(text, next))) break;
    at = lineEnd(text, next);
  }
  return at;
}

/** Whether added or removed lines follow that the counts left out (context alone changes nothing: git ignores it). */
function changesFollow(text: string, start: number): boolean {
  let at = start;
  while (text[at] === " " && !startsSection(text, at)) at = lineEnd(text, at);
  if (startsSection(text, at)) return false;
  return text[at] === "+" || (text[at] === "-" && !isProse(text, at));
}

/** A mail signature ("-- "), a rule ("---") or a list item ("- then …"): no removed line, unless the counts say so. */
function isProse(text: string, at: number): boolean {
  return /^-(?:--? ?\r?(?:\n|$)| \S)/.test(text.slice(at, at + 6));
}

/** Whether nothing of this file follows: the end of the text or another section, after blank lines. */
function endsSection(text: string, start: number): boolean {
  let at = start;
  while (isBlank(text, at)) at = lineEnd(text, at);
  return at >= text.length || startsSection(text, at);
}

type Mark = " " | "+" | "-" | "\\";

function markAt(text: string, at: number): Mark | null {
  const char = text[at];
  if (char === " " || char === "+" || char === "-" || char === "\\") return char;
  return isBlank(text, at) ? " " : null;
}

/** An empty line, which editors and strip() make of an empty context line. */
function isBlank(text: string, at: number): boolean {
  return text[at] === "\n" || (text[at] === "\r" && text[at + 1] === "\n");
}

function tallyOf(text: string, start: number, end: number): HunkTally {
  let context = 0;
  let added = 0;
  let removed = 0;
  let leading = 0;
  let trailing = 0;
  for (let at = start; at < end; at = lineEnd(text, at)) {
    const mark = text[at];
    if (mark === "\\") continue;
    if (mark === "+") added += 1;
    else if (mark === "-") removed += 1;
    else context += 1;
    trailing = mark === "+" || mark === "-" ? 0 : trailing + 1;
    if (added + removed === 0) leading += 1;
  }
  return { old: context + removed, new: context + added, added, removed, leading, trailing };
}
