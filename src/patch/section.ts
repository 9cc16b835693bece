// How one file's section is written in a normalised patch: nothing in it depends on who or what made the diff.
import { linesOf } from "./content.js";
import { quoteName } from "./names.js";
import type { Hunk, PatchFile } from "./parse.js";

/** Whether a section changes nothing: only hunks of context. */
export function isNoop(file: PatchFile): boolean {
  return file.status === "modified" && !file.binary && file.damage === null && file.hunks.every(isNoopHunk);
}

/** Whether a hunk changes nothing: git refuses it, and leaving it out loses nothing. */
export function isNoopHunk({ tally, state }: Hunk): boolean {
  return state !== "truncated" && tally.added + tally.removed === 0;
}

/**
 * The section as git would write it, without `index` and `similarity` lines, time stamps and section headings. Ends in
 * a newline. A damaged section keeps its names and what it has instead of hunks: it applies nowhere.
 */
export function canonicalSection(file: PatchFile): string {
  const oldName = file.oldPath ?? file.newPath ?? "";
  const newName = file.newPath ?? file.oldPath ?? "";
  const names = [
    `--- ${file.oldPath === null ? "/dev/null" : terminated(quoteName(`a/${oldName}`))}\n`,
    `+++ ${file.newPath === null ? "/dev/null" : terminated(quoteName(`b/${newName}`))}\n`,
  ];
  const real = file.hunks.filter((hunk) => !isNoopHunk(hunk));
  const hunks = real.map((hunk) => canonicalHunk(hunk, file.crlf));
  // Without git's header a hunk of only added lines may create the file or fill an empty one: that is left open.
  const open =
    !file.git && file.oldPath !== null && file.newPath !== null && real[0] !== undefined && countsOf(real[0]).old === 0;
  const damaged = file.damage !== null && hunks.length === 0;
  // Tools skip names without hunks as prose, but for git's header: which of both it was decides about the rest. The
  // blank line keeps git from taking the names for those of a section before that has none.
  if (open || (damaged && !file.git)) return ["\n", ...names, ...hunks, damaged ? rest(file) : ""].join("");
  const header = [`diff --git ${quoteName(`a/${oldName}`)} ${quoteName(`b/${newName}`)}\n`, ...extended(file)];
  if (damaged) return [...header, ...names, rest(file)].join("");
  return [...header, ...(hunks.length > 0 ? names : []), ...hunks].join("");
}

function extended(file: PatchFile): string[] {
  if (file.status === "added") return [`new file mode ${file.newMode ?? "100644"}\n`];
  if (file.status === "deleted") return [`deleted file mode ${file.oldMode ?? "100644"}\n`];
  const lines: string[] = [];
  if (file.newMode !== null && file.oldMode !== file.newMode) {
    if (file.oldMode !== null) lines.push(`old mode ${file.oldMode}\n`);
    lines.push(`new mode ${file.newMode}\n`);
  }
  if (file.status === "renamed" || file.status === "copied") {
    const verb = file.status === "renamed" ? "rename" : "copy";
    lines.push(`${verb} from ${quoteName(file.oldPath ?? "")}\n`, `${verb} to ${quoteName(file.newPath ?? "")}\n`);
  }
  return lines;
}

function canonicalHunk(hunk: Hunk, crlf: boolean): string {
  const { oldStart, newStart, tally, state } = hunk;
  const counts = countsOf(hunk);
  const lines: string[] = [];
  let context = "";
  for (const { mark, text } of linesOf(hunk)) {
    const bare = crlf && text.endsWith("\r") ? text.slice(0, -1) : text;
    lines.push(mark === "\\" ? "\\ No newline at end of file\n" : `${mark}${bare}\n`);
    if (mark === " ") context = bare;
  }
  if (state === "chopped") {
    // strip() took whole blank lines; in a file with CR LF they held a CR.
    const blank = context.endsWith("\r") ? " \r\n" : " \n";
    for (let i = tally.old; i < hunk.oldLines; i++) lines.push(blank);
  }
  return `@@ -${range(oldStart, counts.old)} +${range(newStart, counts.new)} @@\n${lines.join("")}`;
}

/** The counts that the hunk is written with. */
function countsOf({ state, tally, oldLines, newLines }: Hunk): { readonly old: number; readonly new: number } {
  return state === "miscounted" ? tally : { old: oldLines, new: newLines };
}

/** What a damaged section has in place of hunks, from the first line that wants to be one. */
function rest(file: PatchFile): string {
  const at = file.header.search(/^@@/m);
  const text = at === -1 ? "" : file.header.slice(at).trimEnd();
  return text === "" ? "" : `${text}\n`;
}

function range(start: number, count: number): string {
  return count === 1 ? `${start}` : `${start},${count}`;
}

/** git ends a name that holds a space with a tab, so that a time stamp can't be taken for a part of it. */
function terminated(name: string): string {
  return name.includes(" ") && !name.startsWith('"') ? `${name}\t` : name;
}
