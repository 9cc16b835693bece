// What selectors may know of a patch without its text: sizes, kinds of files, and hashes of the tokens it changes.
import type { FileKind, PatchFeatures } from "../core/types.js";
import { linesOf } from "./content.js";
import { fnv1a, MAX_HASHES, sketchOf, TOKEN } from "./hashes.js";
import type { PatchFile } from "./parse.js";
import { changedPlaces, codeAdded } from "./places.js";
import { syntaxOf } from "./syntax.js";

/**
 * Features of a normalised patch: `kept` are its source sections, `touched` the kinds of all files of the raw patch.
 * A token is a word or a single other character; its hash is 32-bit FNV-1a over its UTF-8 bytes.
 */
export function featuresOf(patch: string, kept: readonly PatchFile[], touched: readonly FileKind[]): PatchFeatures {
  const files = { source: 0, test: 0, "test-configuration": 0, reproduction: 0, generated: 0, binary: 0 };
  for (const kind of touched) files[kind] += 1;
  const hunks = kept.flatMap((file) => file.hunks);
  const syntax = syntaxOf(kept);
  return {
    bytes: Buffer.byteLength(patch),
    addedLines: hunks.reduce((sum, hunk) => sum + hunk.tally.added, 0),
    removedLines: hunks.reduce((sum, hunk) => sum + hunk.tally.removed, 0),
    files,
    tokenHashes: tokenHashes(kept),
    ...(syntax === null ? {} : { syntax }),
    places: changedPlaces(kept),
    codeAdded: codeAdded(kept),
  };
}

function tokenHashes(kept: readonly PatchFile[]): readonly number[] {
  const hashes = new Set<number>();
  const seen = new Set<string>();
  for (const { hunks } of kept) {
    for (const hunk of hunks) {
      for (const { mark, text } of linesOf(hunk)) {
        if (mark !== "+" && mark !== "-") continue;
        for (const [token] of text.matchAll(TOKEN)) {
          if (seen.has(token)) continue;
          if (seen.size < MAX_HASHES) seen.add(token);
          hashes.add(fnv1a(token));
        }
      }
    }
  }
  return sketchOf(hashes);
}
