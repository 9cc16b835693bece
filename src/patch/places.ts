// Where a patch changes its base, as hashes: two patches may do other things in the same place, and that too is agreement.
import { linesOf } from "./content.js";
import { fnv1a, sketchOf } from "./hashes.js";
import type { PatchFile } from "./parse.js";

/** Fewer than of tokens: evidence has a line for every rollout. */
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
