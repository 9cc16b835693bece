// What a section's own lines tell of its file where the name leaves it open.
import { lineEnd } from "./hunk.js";
import type { Hunk, PatchFile } from "./parse.js";

/** A line of a hunk: its mark and its text without line end. */
export interface PatchLine {
  readonly mark: " " | "+" | "-" | "\\";
  readonly text: string;
}

/** How much of a file's hunks is read to tell what it is. */
const GLANCE = 1 << 16;

/** Lines of a hunk, one at a time; an empty line is an empty context line. */
export function* linesOf({ body }: Pick<Hunk, "body">): Generator<PatchLine> {
  for (let at = 0; at < body.length; ) {
    const end = lineEnd(body, at);
    const text = body.slice(at, body[end - 1] === "\n" ? end - 1 : end);
    const first = text[0];
    const marked = first === " " || first === "+" || first === "-" || first === "\\";
    yield marked ? { mark: first, text: text.slice(1) } : { mark: " ", text };
    at = end;
  }
}

/** Text of all added and removed lines. */
export function changedLines(file: PatchFile): string[] {
  const lines: string[] = [];
  for (const hunk of file.hunks) {
    for (const { mark, text } of linesOf(hunk)) if (mark === "+" || mark === "-") lines.push(text);
  }
  return lines;
}

/** The ini or TOML section of each changed line that says something; null where the hunk doesn't show it. */
export function configSections(file: PatchFile): (string | null)[] {
  const sections: (string | null)[] = [];
  for (const hunk of file.hunks) {
    let section: string | null = file.status === "added" ? "" : null;
    for (const { mark, text } of linesOf(hunk)) {
      const heading = /^\s*\[{1,2}\s*([^\]]+?)\s*\]{1,2}\s*(?:[#;].*)?$/.exec(text.slice(0, 512));
      if (heading && !/["',=]/.test(heading[1] as string)) section = heading[1] as string;
      if ((mark === "+" || mark === "-") && /^\s*[^\s#;]/.test(text)) sections.push(section);
    }
  }
  return sections;
}

/** Whether the shown lines hold Python tests (not merely a library for them). */
export function looksLikeTest(file: PatchFile): boolean {
  return file.hunks.some(({ header, body }) =>
    /^(?:@@ .*@@|[ +-])\s*(?:(?:async\s+)?def test_|class Test\w*\b(?!Case)|class \w+Tests?\b\s*[(:])/m.test(
      header + body.slice(0, GLANCE),
    ),
  );
}
