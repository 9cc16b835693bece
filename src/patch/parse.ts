// What a unified diff says, file by file, without losing a byte of it: printing what was parsed gives the same text.
import { type HunkState, type HunkTally, lineEnd, readHunk, startsNames, startsSection } from "./hunk.js";
import { gitNames, headerName, type NamePair, unquoteName, withoutPrefixes } from "./names.js";

/** One hunk. `header`, `body` and `tail` are the raw text; `tail` is what follows and belongs to no hunk. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly header: string;
  readonly body: string;
  readonly tail: string;
  readonly tally: HunkTally;
  readonly state: HunkState;
}

export type FileStatus = "added" | "deleted" | "modified" | "renamed" | "copied" | "mode-changed";

/** The section of one file. Paths are relative to the repository, without prefixes; null for /dev/null. */
export interface PatchFile {
  readonly oldPath: string | null;
  readonly newPath: string | null;
  readonly status: FileStatus;
  readonly binary: boolean;
  /** Whether a `diff --git` line opens it: then creation and deletion are said, not guessed. */
  readonly git: boolean;
  readonly oldMode: string | null;
  readonly newMode: string | null;
  /** Raw text up to the first hunk. */
  readonly header: string;
  readonly hunks: readonly Hunk[];
  /** Whether the header's own lines end in CR LF: then the CRs of the hunks came with the text, not from the file. */
  readonly crlf: boolean;
  /** Whether the names came without a/ and b/. */
  readonly bareNames: boolean;
  /** Why nothing of this section can be applied; null if it can. */
  readonly damage: string | null;
}

export interface ParsedPatch {
  /** Text before the first section: prose, a fence, blank lines, a mail header. */
  readonly preamble: string;
  readonly files: readonly PatchFile[];
  /** Numbered hunks that no file name precedes. */
  readonly orphanHunks: number;
}

/** Reads any text; one that holds no diff has no files. Linear in its length; never throws. */
export function parsePatch(text: string): ParsedPatch {
  const sections: Section[] = [];
  let current = null as Section | null;
  let orphanHunks = 0;
  let at = 0;
  const open = (git: boolean): Section => {
    current = newSection(at, git);
    sections.push(current);
    return current;
  };
  while (at < text.length) {
    const end = lineEnd(text, at);
    if (isHunkHeader(text, at)) {
      if (current === null) orphanHunks += 1;
      else if (hasNames(current)) {
        at = takeHunk(text, at, current);
        continue;
      } else current.closed = true;
    } else if (startsSection(text, at) && !text.startsWith("---", at)) {
      takeGitLine(open(true), line(text, at, end).trimStart());
    } else if (/^diff --c(?:c|ombined) /.test(text.slice(at, at + 16))) {
      open(true).combined = line(text, at, end).replace(/^diff --c\w+ /, "");
    } else if (startsNames(text, at)) {
      const section: Section = takesNames(current) ? current : open(false);
      const second = lineEnd(text, end);
      section.crlf ||= text.endsWith("\r", end - 1);
      section.old = headerName(line(text, at + 4, end));
      section.new = headerName(line(text, end + 4, second));
      section.named = true;
      at = second;
      continue;
    } else if (text.startsWith("Binary files ", at) || text.startsWith("GIT binary patch", at)) {
      takeBinary(takesNames(current) ? current : open(false), line(text, at, end));
    } else if (takesNames(current)) {
      // As in git, the first line that is none of its own ends the header.
      current.closed = !EXTENDED.test(text.slice(at, at + 24));
      takeExtended(current, line(text, at, Math.min(end, at + 8192)));
    }
    at = end;
  }
  const ends = [...sections.slice(1).map((section) => section.start), text.length];
  return {
    preamble: text.slice(0, sections[0]?.start ?? text.length),
    files: sections.map((section, i) => toFile(text, section, ends[i] as number)),
    orphanHunks,
  };
}

/** A section while it is read. */
interface Section {
  readonly start: number;
  readonly git: boolean;
  readonly hunks: (Omit<Hunk, "tail"> & { readonly start: number; readonly end: number })[];
  readonly modes: { old?: string; new?: string; created?: string; deleted?: string };
  readonly move: { from?: string; to?: string; copy?: boolean };
  /** Names of `---` and `+++` if `named`, else of the `diff --git` line. */
  old: string | null;
  new: string | null;
  named: boolean;
  binary: boolean;
  crlf: boolean;
  combined: string | null;
  /** Whether git's header is over. */
  closed: boolean;
}

function newSection(start: number, git: boolean): Section {
  const empty = { old: null, new: null, named: false, binary: false, crlf: false, combined: null, closed: false };
  return { start, git, hunks: [], modes: {}, move: {}, ...empty };
}

function hasNames(section: Section): boolean {
  return section.named || section.old !== null || section.new !== null;
}

/** Whether header lines that come now belong to this section. */
function takesNames(section: Section | null): section is Section {
  return section?.git === true && !section.named && !section.closed && section.hunks.length === 0;
}

function takeGitLine(section: Section, text: string): void {
  const names = gitNames(text.slice("diff --git ".length));
  section.old = names?.old ?? null;
  section.new = names?.new ?? null;
}

function takeBinary(section: Section, text: string): void {
  const names = /^Binary files (.+?) and (.+) differ$/.exec(text.slice(0, 8192));
  section.binary = true;
  if (names === null || section.git) return;
  section.old = headerName(names[1] as string);
  section.new = headerName(names[2] as string);
}

function takeExtended({ modes, move }: Section, text: string): void {
  const [, key, value = ""] =
    /^((?:old|new|new file|deleted file) mode(?= [0-7]{6}$)|(?:rename|copy) (?:from|to)) (.+)$/.exec(text) ?? [];
  if (key === "old mode") modes.old = value;
  else if (key === "new mode") modes.new = value;
  else if (key === "new file mode") modes.created = value;
  else if (key === "deleted file mode") modes.deleted = value;
  else if (key !== undefined) {
    const name = value.startsWith('"') ? (unquoteName(value)?.name ?? value) : value;
    move[key.endsWith("from") ? "from" : "to"] = name;
    move.copy = key.startsWith("copy");
  }
}

const EXTENDED =
  /^(?:index|(?:dis)?similarity index|(?:old|new|new file|deleted file) mode|(?:rename|copy) (?:from|to)) /;

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

function isHunkHeader(text: string, at: number): boolean {
  return text.startsWith("@@ -", at) && HUNK.test(text.slice(at, at + 256));
}

function takeHunk(text: string, at: number, section: Section): number {
  const bodyStart = lineEnd(text, at);
  const [, oldStart, oldLines = "1", newStart, newLines = "1"] = HUNK.exec(text.slice(at, at + 256)) as RegExpExecArray;
  const counts = { oldLines: Number(oldLines), newLines: Number(newLines) };
  const { end, tally, state } = readHunk(text, bodyStart, counts.oldLines, counts.newLines);
  const raw = { header: text.slice(at, bodyStart), body: text.slice(bodyStart, end), start: at, end };
  section.hunks.push({ oldStart: Number(oldStart), newStart: Number(newStart), ...counts, ...raw, tally, state });
  return end;
}

function toFile(text: string, read: Section, end: number): PatchFile {
  // Half a rename names nothing: git refuses it.
  const section = read.move.from === undefined || read.move.to === undefined ? { ...read, move: {} } : read;
  const { modes, move, hunks } = section;
  const raw: NamePair = { old: section.old, new: section.new };
  const bare = withoutPrefixes(raw);
  const names = {
    old: modes.created === undefined ? (move.from ?? bare.old) : null,
    new: modes.deleted === undefined ? (move.to ?? bare.new) : null,
  };
  if (section.combined !== null) names.old = names.new = section.combined;
  if (!section.git && names.old !== null && names.new !== null) {
    // Without git's header two names are one file; git and patch leave a suffix such as ".orig" out.
    names.old = names.new = names.new.startsWith(names.old) ? names.old : names.new;
  }
  const file = {
    oldPath: names.old,
    newPath: names.new,
    status: statusOf(names, section),
    binary: section.binary,
    git: section.git,
    oldMode: modes.old ?? modes.deleted ?? null,
    newMode: modes.new ?? modes.created ?? null,
    header: text.slice(section.start, hunks[0]?.start ?? end),
    hunks: hunks.map(({ start: _, end: hunkEnd, ...hunk }, i) => ({
      ...hunk,
      tail: text.slice(hunkEnd, hunks[i + 1]?.start ?? end),
    })),
    crlf: section.crlf,
    bareNames: move.from === undefined && raw.old === bare.old && raw.new === bare.new,
  };
  return { ...file, damage: damageOf(file, section) };
}

function statusOf(names: NamePair, { modes, move, hunks, binary }: Section): FileStatus {
  if (names.old === null) return "added";
  if (names.new === null) return "deleted";
  if (move.from !== undefined) return move.copy ? "copied" : "renamed";
  return modes.new !== undefined && modes.new !== modes.old && hunks.length === 0 && !binary
    ? "mode-changed"
    : "modified";
}

function damageOf(file: Omit<PatchFile, "damage">, section: Section): string | null {
  if (section.combined !== null) return "a merge's combined diff can't be applied";
  if (file.oldPath === null && file.newPath === null) return "its file names can't be read";
  if (file.hunks.some((hunk) => hunk.state === "truncated")) return "its text ends in the middle of a hunk";
  const says = file.binary || file.hunks.length > 0 || (file.git && file.status !== "modified");
  return !says ? "it holds no hunk with line numbers" : null;
}

function line(text: string, start: number, end: number): string {
  return text
    .slice(start, end)
    .replace(/\r?\n$/, "")
    .replace(/\r$/, "");
}
