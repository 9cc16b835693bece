// A unified diff as files and rows: lines with their numbers, replaced lines side by side, changed words marked.
import { diffArrays, diffWordsWithSpace, parsePatch, type StructuredPatchHunk } from "diff";

export interface DiffFile {
  readonly path: string;
  /** Other path of a rename or copy; null otherwise. */
  readonly from: string | null;
  readonly change: "changed" | "new" | "deleted" | "renamed" | "copied";
  readonly added: number;
  readonly removed: number;
  readonly hunks: readonly Hunk[];
}

export interface Hunk {
  readonly header: string;
  readonly rows: readonly DiffRow[];
}

/** A row of the side-by-side view. A side that is null has no line there. */
export interface DiffRow {
  readonly left: DiffLine | null;
  readonly right: DiffLine | null;
}

export interface DiffLine {
  readonly number: number;
  readonly kind: "context" | "removed" | "added";
  readonly words: readonly Word[];
}

export interface Word {
  readonly text: string;
  readonly changed: boolean;
}

/** Lines longer than this are compared as wholes, not by words. */
const WORDS_LIMIT = 400;

/** Share of the longer line that has to be in both for the two to be one line that was edited. */
const ALIKE = 0.4;

/** Files of a unified diff; null where the text is no diff that can be read: then it is shown as it is. */
export function filesOf(patch: string): readonly DiffFile[] | null {
  if (patch.trim() === "") return [];
  try {
    const parsed = parsePatch(patch);
    return parsed.map((file) => {
      const from = pathOf(file.oldFileName);
      const to = pathOf(file.newFileName);
      const lines = file.hunks.flatMap((hunk) => hunk.lines);
      return {
        path: to ?? from ?? file.index ?? "unnamed",
        from: from !== null && to !== null && from !== to ? from : null,
        change: file.isRename
          ? "renamed"
          : file.isCopy
            ? "copied"
            : file.isCreate || from === null
              ? "new"
              : file.isDelete || to === null
                ? "deleted"
                : "changed",
        added: lines.filter((line) => line.startsWith("+")).length,
        removed: lines.filter((line) => line.startsWith("-")).length,
        hunks: file.hunks.map((hunk) => ({
          header: `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
          rows: rowsOf(hunk),
        })),
      };
    });
  } catch {
    return null;
  }
}

/** Rows of the one-column view: what was removed, then what was added, block by block. */
export function unifiedLines(
  rows: readonly DiffRow[],
): readonly { readonly line: DiffLine; readonly old: number | null; readonly now: number | null }[] {
  const lines: { line: DiffLine; old: number | null; now: number | null }[] = [];
  let added: { line: DiffLine; old: null; now: number }[] = [];
  for (const { left, right } of rows) {
    if (left?.kind === "context" && right !== null) {
      for (const line of added) lines.push(line);
      lines.push({ line: left, old: left.number, now: right.number });
      added = [];
      continue;
    }
    if (left !== null) lines.push({ line: left, old: left.number, now: null });
    if (right !== null) added.push({ line: right, old: null, now: right.number });
  }
  return [...lines, ...added];
}

export interface ComparedFile {
  readonly path: string;
  readonly alike: boolean;
  readonly rows: readonly DiffRow[];
}

/** Two candidates' patches file by file: left and right are the changed lines of each, marked where the two differ. */
export function comparedFiles(left: readonly DiffFile[], right: readonly DiffFile[]): readonly ComparedFile[] {
  const paths = [...new Set([...left, ...right].map(({ path }) => path))];
  return paths.map((path) => {
    const ours = changedLines(left, path);
    const theirs = changedLines(right, path);
    const parts = diffArrays([...ours], [...theirs], { timeout: 500 });
    const alike = ours.length === theirs.length && ours.every((line, at) => line === theirs[at]);
    return { path, alike, rows: parts === undefined ? [] : comparedRows(parts) };
  });
}

function changedLines(files: readonly DiffFile[], path: string): readonly string[] {
  const file = files.find((one) => one.path === path);
  return (file?.hunks ?? []).flatMap(({ rows }) =>
    unifiedLines(rows).flatMap(({ line }) =>
      line.kind === "context"
        ? []
        : [`${line.kind === "added" ? "+" : "-"}${line.words.map(({ text }) => text).join("")}`],
    ),
  );
}

function comparedRows(
  parts: readonly { readonly value: readonly string[]; readonly added: boolean; readonly removed: boolean }[],
): readonly DiffRow[] {
  const rows: DiffRow[] = [];
  const block: { removed: string[]; added: string[] } = { removed: [], added: [] };
  let left = 1;
  let right = 1;
  const close = () => {
    for (const row of paired(block.removed, block.added, left, right)) rows.push(row);
    left += block.removed.length;
    right += block.added.length;
    block.removed = [];
    block.added = [];
  };
  for (const { value, added, removed } of parts) {
    if (removed) block.removed = block.removed.concat(value);
    else if (added) block.added = block.added.concat(value);
    else {
      close();
      for (const text of value) {
        const words = [{ text, changed: false }];
        rows.push({
          left: { number: left++, kind: "context", words },
          right: { number: right++, kind: "context", words },
        });
      }
    }
  }
  close();
  return rows;
}

function rowsOf(hunk: StructuredPatchHunk): readonly DiffRow[] {
  const rows: DiffRow[] = [];
  let old = hunk.oldStart;
  let now = hunk.newStart;
  let removed: string[] = [];
  let added: string[] = [];
  const close = () => {
    for (const row of paired(removed, added, old, now)) rows.push(row);
    old += removed.length;
    now += added.length;
    removed = [];
    added = [];
  };
  for (const line of hunk.lines) {
    const text = line.slice(1);
    if (line.startsWith("-")) {
      if (added.length > 0) close();
      removed.push(text);
    } else if (line.startsWith("+")) added.push(text);
    else if (!line.startsWith("\\")) {
      close();
      const words = [{ text, changed: false }];
      rows.push({ left: { number: old++, kind: "context", words }, right: { number: now++, kind: "context", words } });
    }
  }
  close();
  return rows;
}

/** Removed and added lines of one block, side by side, the first with the first. */
function paired(removed: readonly string[], added: readonly string[], old: number, now: number): readonly DiffRow[] {
  const rows: DiffRow[] = [];
  for (let at = 0; at < Math.max(removed.length, added.length); at++) {
    const before = removed[at];
    const after = added[at];
    const words = wordsOf(before, after);
    rows.push({
      left: before === undefined ? null : { number: old + at, kind: "removed", words: words.left },
      right: after === undefined ? null : { number: now + at, kind: "added", words: words.right },
    });
  }
  return rows;
}

function wordsOf(
  before: string | undefined,
  after: string | undefined,
): { readonly left: readonly Word[]; readonly right: readonly Word[] } {
  const whole = { left: [{ text: before ?? "", changed: false }], right: [{ text: after ?? "", changed: false }] };
  if (before === undefined || after === undefined || Math.max(before.length, after.length) > WORDS_LIMIT) return whole;
  const parts = diffWordsWithSpace(before, after);
  const same = parts
    .filter(({ added, removed }) => !added && !removed)
    .reduce((sum, { value }) => sum + value.trim().length, 0);
  // Lines that have little in common are not one line that was edited.
  if (same < ALIKE * Math.max(before.trim().length, after.trim().length)) return whole;
  return {
    left: parts.filter(({ added }) => !added).map(({ value, removed }) => ({ text: value, changed: removed })),
    right: parts.filter(({ removed }) => !removed).map(({ value, added }) => ({ text: value, changed: added })),
  };
}

function pathOf(name: string | undefined): string | null {
  if (name === undefined || name === "/dev/null" || name === "") return null;
  return name.replace(/^[ab]\//, "");
}
