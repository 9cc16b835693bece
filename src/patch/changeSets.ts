// What a patch changes as sets of hashes, so that selectors can say in what two patches agree without seeing either.
import { CHANGE_SETS, type ChangeSetName, type ChangeSets } from "../core/types.js";
import { linesOf } from "./content.js";
import { fnv1a, sketchOf, TOKEN } from "./hashes.js";
import type { PatchFile } from "./parse.js";

/** Fewer than of all tokens: there are eight sets, and evidence has a line for every rollout. */
const MOST = 1 << 11;

/** Lines further from each other are other places. */
const REACH = 3;

/**
 * Of the kept sections of a patch: `added`, `removed` tokens of lines with that mark; `net` tokens that are added more often
 * than they are removed; `pairs` of neighbouring tokens on added lines, line ends included; `addedLines`, `removedLines` lines
 * of code, with white space made one blank; `files` paths; `places` path and line on base of each change, and three lines around.
 * Each keeps its 2,048 smallest hashes.
 */
export function changeSets(kept: readonly PatchFile[]): ChangeSets {
  const sets = Object.fromEntries(CHANGE_SETS.map((name) => [name, new Set<number>()])) as Sets;
  const balance = new Map<string, number>();
  for (const file of kept) {
    const path = file.newPath ?? file.oldPath ?? "";
    sets.files.add(fnv1a(path));
    for (const hunk of file.hunks) {
      let line = hunk.oldStart;
      for (const { mark, text } of linesOf(hunk)) {
        if (mark === "\\") continue;
        if (mark !== " ") {
          for (let near = line - REACH; near <= line + REACH; near++) sets.places.add(fnv1a(`${path}\0${near}`));
          addLine(sets, balance, mark === "+", text);
        }
        if (mark !== "+") line += 1;
      }
    }
  }
  for (const [token, count] of balance) if (count > 0) sets.net.add(fnv1a(token));
  return Object.fromEntries(CHANGE_SETS.map((name) => [name, sketchOf(sets[name], MOST)])) as unknown as ChangeSets;
}

type Sets = Readonly<Record<ChangeSetName, Set<number>>>;

function addLine(sets: Sets, balance: Map<string, number>, isAdded: boolean, text: string): void {
  const code = codeOf(text);
  if (code !== "") (isAdded ? sets.addedLines : sets.removedLines).add(fnv1a(code));
  let before = "^";
  for (const [token] of text.matchAll(TOKEN)) {
    (isAdded ? sets.added : sets.removed).add(fnv1a(token));
    balance.set(token, (balance.get(token) ?? 0) + (isAdded ? 1 : -1));
    if (isAdded) sets.pairs.add(fnv1a(`${before}\0${token}`));
    before = token;
  }
  if (isAdded) sets.pairs.add(fnv1a(`${before}\0$`));
}

/** Without comments of the common kinds and with single blanks; "" where nothing else is left. */
function codeOf(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  if (/^(?:#|\/\/|\/?\*)/.test(line)) return "";
  return line.replace(/ # .*$/, "");
}
