// The one form of a patch that is verified, compared and submitted: its source part, written the same way by everybody.
import { compareCodeUnits } from "../core/order.js";
import type { FileKind, PatchFeatures } from "../core/types.js";
import { type Classified, classifyFiles, pathOf } from "./classify.js";
import { configSections } from "./content.js";
import { featuresOf } from "./features.js";
import { TEST_SECTION } from "./kinds.js";
import { type ParsedPatch, type PatchFile, parsePatch } from "./parse.js";
import { changesOnlyPins } from "./pins.js";
import { canonicalSection, isNoop, isNoopHunk } from "./section.js";

/** A file of the raw patch that the normalised one leaves out. */
export interface DroppedFile {
  readonly path: string;
  readonly kind: FileKind;
  readonly reason: string;
}

export interface TouchedFile {
  readonly path: string;
  readonly kind: FileKind;
  readonly addedLines: number;
  readonly removedLines: number;
}

/**
 * Why the normalised patch is what it is. `source`: something is left; `empty`: the raw text is blank; `all-dropped`:
 * it touches no source; `not-a-diff`: it is text of another kind. In the last three the patch is "".
 */
export type PatchOutcome = "source" | "empty" | "all-dropped" | "not-a-diff";

export interface NormalizedPatch {
  readonly patch: string;
  readonly outcome: PatchOutcome;
  readonly dropped: readonly DroppedFile[];
  /** All files of the raw patch, by path. */
  readonly files: readonly TouchedFile[];
  /** What was odd about the raw text, each as `code: sentence`; in the order of the files. */
  readonly problems: readonly string[];
  readonly features: PatchFeatures;
}

/**
 * Normalises the raw text of a patch. Content is never changed: two patches that would leave different files stay
 * different. Applies exactly where and as the original does, but for the dropped files and three repairs, each named in
 * `problems`: hunk counts that don't fit a hunk's own lines, context lines lost to strip(), and missing a/ and b/.
 * What can't be repaired (a text cut in the middle of a hunk, hunks without line numbers) is kept so that it fails to
 * apply, as the original does. Idempotent; linear in the length of `raw`; never throws.
 */
export function normalizePatch(raw: string): NormalizedPatch {
  const parsed = parsePatch(raw);
  const named = parsed.files.filter((file) => pathOf(file) !== "" && !isNoop(file));
  const noops = parsed.files.filter((file) => pathOf(file) !== "" && isNoop(file));
  const classified = classifyFiles(named);
  const entries = named
    .map((file, i) => ({ file, ...(classified[i] as Classified) }))
    .sort((a, b) => compareCodeUnits(a.path, b.path));
  const kept = entries.filter(({ kind }) => kind === "source").map(({ file }) => file);
  const patch = kept.map(canonicalSection).join("").replace(/^\n/, "");
  const touches = parsed.files.some((file) => pathOf(file) !== "");
  return {
    patch,
    outcome: patch !== "" ? "source" : raw.trim() === "" ? "empty" : touches ? "all-dropped" : "not-a-diff",
    dropped: entries.filter(({ kind }) => kind !== "source").map(({ path, kind, reason }) => ({ path, kind, reason })),
    files: entries.map(({ file, path, kind }) => ({ path, kind, ...changedLines(file) })),
    problems: [
      ...problemsOf(raw, parsed),
      ...noops.flatMap(noopProblems),
      ...entries.flatMap(({ file, kind }) => fileProblems(file, kind)),
    ],
    features: featuresOf(
      patch,
      kept,
      entries.map(({ kind }) => kind),
    ),
  };
}

function changedLines({ hunks }: PatchFile): { readonly addedLines: number; readonly removedLines: number } {
  return {
    addedLines: hunks.reduce((sum, { tally }) => sum + tally.added, 0),
    removedLines: hunks.reduce((sum, { tally }) => sum + tally.removed, 0),
  };
}

function problemsOf(raw: string, { preamble, files, orphanHunks }: ParsedPatch): string[] {
  if (raw.trim() === "") return [];
  const problems: string[] = [];
  if (files.length === 0 && orphanHunks === 0) problems.push("not-a-diff: the text holds no unified diff");
  else if (orphanHunks === 0 && preamble.trim() !== "") problems.push("prose: text before the diff was left out");
  if (orphanHunks > 0) problems.push(`no-file-name: ${orphanHunks} hunks follow no file name and were left out`);
  const nameless = files.filter((file) => pathOf(file) === "").length;
  if (nameless > 0) problems.push(`no-file-name: ${nameless} sections name no file and were left out`);
  if (files.length > 0 && !raw.endsWith("\n")) problems.push("no-final-newline: the text doesn't end in a newline");
  if (/\uFFFD|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(raw)) {
    problems.push("not-utf8: characters were lost when the text was decoded; those lines may not apply");
  }
  return problems;
}

function noopProblems(file: PatchFile): string[] {
  const count = file.hunks.filter(isNoopHunk).length;
  return count === 0 ? [] : [`no-op: ${pathOf(file)}: ${count} of its hunks change nothing and were left out`];
}

function fileProblems(file: PatchFile, kind: FileKind): string[] {
  const path = pathOf(file);
  const problems: string[] = [];
  if (file.damage !== null) problems.push(`damaged: ${path}: ${file.damage}; it is kept and will not apply`);
  if (file.crlf) problems.push(`crlf: ${path}: the diff's own lines end in CR LF; the CRs were left out`);
  if (file.bareNames) problems.push(`no-prefix: ${path}: named without a/ and b/, which were added`);
  file.hunks.forEach((hunk, i) => {
    const says = `${path}: hunk ${i + 1} counts ${hunk.oldLines} and ${hunk.newLines} lines`;
    if (hunk.state === "chopped") problems.push(`chopped: ${says}; the blank context at its end was put back`);
    if (hunk.state === "miscounted") {
      problems.push(`miscounted: ${says}, but holds ${hunk.tally.old} and ${hunk.tally.new}; counted again`);
    }
  });
  problems.push(...noopProblems(file));
  if (kind === "source" && /(?:^|\/)(?:setup\.cfg|pyproject\.toml)$/.test(path)) {
    const mixed = configSections(file).some((section) => section !== null && TEST_SECTION.test(section));
    if (mixed) problems.push(`mixed-configuration: ${path}: changes test sections and others; kept whole`);
  }
  if (kind === "source" && changesOnlyPins(file)) {
    problems.push(`pins: ${path}: changes only version pins, as an image's set-up does; it may not apply elsewhere`);
  }
  return problems;
}
