// What selectors may know of a patch without its text: sizes, kinds of files, and hashes of the tokens it changes.
import type { FileKind, PatchFeatures } from "../core/types.js";
import { linesOf } from "./content.js";
import type { PatchFile } from "./parse.js";
import { syntaxOf } from "./syntax.js";

/** The most token hashes kept: the smallest, so that overlaps stay comparable (a bottom-k sketch) and evidence small. */
export const MAX_TOKEN_HASHES = 1 << 14;

const PRIME = 0x01000193;
const TOKEN = /[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;

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
  };
}

/** 32-bit FNV-1a over UTF-8 bytes, unsigned. http://www.isthe.com/chongo/tech/comp/fnv/ */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Code unit and byte are the same only in ASCII, which nearly all tokens are.
    if (code > 127) return Buffer.from(text).reduce((sum, byte) => Math.imul(sum ^ byte, PRIME), 0x811c9dc5) >>> 0;
    hash = Math.imul(hash ^ code, PRIME);
  }
  return hash >>> 0;
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
          if (seen.size < MAX_TOKEN_HASHES) seen.add(token);
          hashes.add(fnv1a(token));
        }
      }
    }
  }
  return Array.from(Uint32Array.from(hashes).sort().subarray(0, MAX_TOKEN_HASHES));
}
