// Hashes of words and other small things, and how many of them are kept: equal content has equal hashes everywhere.

/** The most hashes kept of a set: the smallest, so that overlaps stay comparable (a bottom-k sketch) and evidence small. */
export const MAX_HASHES = 1 << 14;

/** A token is a word or a single other character. */
export const TOKEN = /[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;

const PRIME = 0x01000193;

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

/** Sorted, distinct, at most `most` of them. */
export function sketchOf(hashes: Iterable<number>, most = MAX_HASHES): readonly number[] {
  return Array.from(Uint32Array.from(new Set(hashes)).sort().subarray(0, most));
}
