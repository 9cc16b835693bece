// What a patch changes, without its comments, blank lines and spacing: patches that differ in those alone get one name.
import { sha256 } from "../core/hash.js";
import { linesOf } from "./content.js";
import type { PatchFile } from "./parse.js";

/**
 * A name (16 hex digits) that patches share if they put the same tokens in the same places of the same files, and remove the
 * same lines; null where nothing is left of the change. As far as a patch alone tells: a comment is known by its mark
 * on the line (a docstring, and the inside of a block comment that opens elsewhere, are tokens), a place is the old number
 * of the next code line that stays, spacing counts inside quotes, and indentation in files of languages that read it.
 */
export function syntaxOf(kept: readonly PatchFile[]): string | null {
  const files = kept.map(changeOf).filter((change) => change !== null);
  if (files.length === 0) return null;
  return sha256(JSON.stringify(files.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)))).slice(0, 16);
}

type Change = readonly unknown[];

function changeOf(file: PatchFile): Change | null {
  const { oldPath, newPath, status, binary, newMode, damage } = file;
  const name = [oldPath, newPath, status, status === "modified" ? null : newMode];
  // What can't be read line by line is its own text.
  if (binary || damage !== null) return [...name, sha256(file.header + file.hunks.map(({ body }) => body).join(""))];
  const language = languageOf(newPath ?? oldPath ?? "");
  const changes = file.hunks.flatMap((hunk) => changesOf(hunk, language));
  return changes.length === 0 && status === "modified" ? null : [...name, ...merged(changes)];
}

/** One changed code line: removed ones by place alone (their text is base's), added ones with their tokens. */
type LineChange = readonly [mark: "-" | "+", place: number, tokens: string];

function changesOf(hunk: PatchFile["hunks"][number], language: Language): LineChange[] {
  const changes: LineChange[] = [];
  let waiting: string[] = [];
  let old = hunk.oldStart;
  const place = (): void => {
    // One by one: a spread of as many arguments as a hostile patch has lines overflows the stack.
    for (const tokens of waiting) changes.push(["+", old, tokens]);
    waiting = [];
  };
  for (const { mark, text } of linesOf(hunk)) {
    if (mark === "\\") continue;
    const tokens = tokensOf(text, language);
    if (mark === "+") {
      if (tokens !== "") waiting.push(tokens);
      continue;
    }
    if (mark === "-" && tokens !== "") changes.push(["-", old, ""]);
    if (mark === " " && tokens !== "") place();
    old += 1;
  }
  place();
  return changes;
}

/** Removed lines first, so that it makes no difference on which side of them a line was added. */
function merged(changes: readonly LineChange[]): readonly LineChange[] {
  return [...changes.filter(([mark]) => mark === "-"), ...changes.filter(([mark]) => mark === "+")];
}

interface Language {
  readonly comment: RegExp;
  readonly indented: boolean;
}

const HASH: Language = { comment: /^#/, indented: false };
const SLASHES: Language = { comment: /^(?:\/\/|\/\*(?:(?!\*\/).)*(?:\*\/)?)/, indented: false };
const NONE: Language = { comment: /^(?!)/, indented: true };

const LANGUAGES: readonly (readonly [RegExp, Language])[] = [
  [/\.(?:py|pyi|pyx|pxd|ya?ml|coffee|nim)$/i, { ...HASH, indented: true }],
  [/\.(?:rb|sh|bash|pl|pm|r|toml|cfg|ini|jl|ex|exs)$/i, HASH],
  [
    /\.(?:[cm]?[jt]sx?|java|kt|kts|scala|go|rs|c|cc|cpp|cxx|h|hh|hpp|hxx|cs|swift|php|dart|groovy|scss|less)$/i,
    SLASHES,
  ],
];

/** A file of an unknown language has no comments, and its indentation counts. */
function languageOf(path: string): Language {
  return LANGUAGES.find(([ending]) => ending.test(path))?.[1] ?? NONE;
}

const QUOTED = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)/;
const WORD = /^[\p{L}\p{N}_]+/u;

/** A line beyond it is data more likely than code, and is compared as it is. */
const LONGEST_LINE = 2000;

/** Tokens of a line, apart by one space; "" where it is blank or a comment. */
function tokensOf(text: string, { comment, indented }: Language): string {
  if (text.length > LONGEST_LINE) return text;
  const tokens: string[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const skipped = comment.exec(rest)?.[0];
    if (skipped !== undefined) {
      if (!skipped.endsWith("*/")) break;
      rest = rest.slice(skipped.length).trimStart();
      continue;
    }
    const token = QUOTED.exec(rest)?.[0] ?? WORD.exec(rest)?.[0] ?? String.fromCodePoint(rest.codePointAt(0) as number);
    tokens.push(token);
    rest = rest.slice(token.length).trimStart();
  }
  if (tokens.length === 0) return "";
  const width = indented ? (/^\s*/.exec(text)?.[0] ?? "").replaceAll("\t", "        ").length : 0;
  return `${" ".repeat(width)}${tokens.join(" ")}`;
}
