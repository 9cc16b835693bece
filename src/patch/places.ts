// Where a patch changes its base, and by which lines, as hashes: how much of what others change it changes too.
import { linesOf } from "./content.js";
import { fnv1a, sketchOf } from "./hashes.js";
import type { PatchFile } from "./parse.js";

/** Of each set; fewer than of tokens, for evidence has a line for every rollout. */
const MOST = 1 << 12;

/**
 * Of the kept sections of a patch: sorted distinct hashes of (path, line on base) of each changed line, for an added line the
 * one that it comes before; the 4,096 smallest.
 */
export function changedPlaces(kept: readonly PatchFile[]): readonly number[] {
  const places = new Set<number>();
  for (const file of kept) {
    const path = file.oldPath ?? file.newPath ?? "";
    for (const hunk of file.hunks) {
      let line = hunk.oldStart;
      for (const { mark } of linesOf(hunk)) {
        if (mark === "+" || mark === "-") places.add(fnv1a(`${path}\0${line}`));
        if (mark === " " || mark === "-") line += 1;
      }
    }
  }
  return sketchOf(places, MOST);
}

/**
 * Sorted distinct hashes of the lines of code that a patch adds, wherever: white space is made single blanks, lines of comment
 * and blank ones are left out, and so is a comment behind code; the 4,096 smallest.
 */
export function codeAdded(kept: readonly PatchFile[]): readonly number[] {
  const lines = new Set<string>();
  for (const { hunks } of kept) {
    for (const hunk of hunks) {
      for (const { mark, text } of linesOf(hunk)) if (mark === "+") lines.add(codeOf(text));
    }
  }
  lines.delete("");
  return sketchOf([...lines].map(fnv1a), MOST);
}

/** Comments of the common kinds are known by how they start. */
function codeOf(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return /^(?:#|\/\/|\/?\*)/.test(line) ? "" : line.replace(/ # .*$/, "");
}
