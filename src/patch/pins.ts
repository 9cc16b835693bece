// Hunks that an image's set-up left in a diff: version pins that the agent never meant to change.
import { linesOf } from "./content.js";
import type { PatchFile } from "./parse.js";

const CONFIGURATION = /(?:^|\/)(?:setup\.py|setup\.cfg|tox\.ini|pyproject\.toml|requirements[\w-]*\.txt)$/;
const SPECIFIER = /\s*(?:[<>=!~]=?=?|===)\s*\d[\w.*+!-]*(?:\s*,\s*[<>=!~]=?=?\s*\d[\w.*+!-]*)*/g;

/**
 * Whether a section of a packaging file changes only version pins (`"setuptools",` → `"setuptools==68.0.0",`). SWE-bench
 * images edit such files; a diff that carries the edit does not apply where the edit is not, or is already.
 */
export function changesOnlyPins(file: PatchFile): boolean {
  if (!CONFIGURATION.test(file.newPath ?? "") || file.status !== "modified" || file.hunks.length === 0) return false;
  return file.hunks.every((hunk) => {
    const removed: string[] = [];
    const added: string[] = [];
    for (const { mark, text } of linesOf(hunk)) {
      if (mark === "-") removed.push(text);
      if (mark === "+") added.push(text);
    }
    const pinned = removed.some((line, i) => line !== added[i]);
    return pinned && removed.length === added.length && removed.every((line, i) => bare(line) === bare(added[i] ?? ""));
  });
}

function bare(line: string): string {
  return line.slice(0, 4096).replace(SPECIFIER, "");
}
