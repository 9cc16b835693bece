// The text of a parsed patch again, byte for byte: parsing loses nothing, so printing decides nothing.
import type { ParsedPatch } from "./parse.js";

/** `printPatch(parsePatch(text)) === text` for every text. */
export function printPatch({ preamble, files }: ParsedPatch): string {
  const parts = [preamble];
  for (const { header, hunks } of files) {
    parts.push(header);
    for (const hunk of hunks) parts.push(hunk.header, hunk.body, hunk.tail);
  }
  return parts.join("");
}
