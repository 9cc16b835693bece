// Which modules a section's added lines import: a new file that source needs is source, whatever its name.
import { linesOf } from "./content.js";
import type { PatchFile } from "./parse.js";

/**
 * Module paths with "/" that the added lines import, as the language writes them: `a.b` and `./a/b` are `a/b`. A module
 * is a suffix of the path of its file, so the list says "may be", never more than needed to keep a file.
 */
export function importedModules(file: PatchFile): ReadonlySet<string> {
  const modules = new Set<string>();
  for (const hunk of file.hunks) {
    let from: string | null = null;
    for (const { mark, text } of linesOf(hunk)) {
      if (mark === "-" || mark === "\\") continue;
      const line = text.slice(0, 1000);
      // Python's parenthesised names go on over lines, context included.
      if (from !== null) {
        if (mark === "+") addNames(modules, from, line);
        if (line.includes(")")) from = null;
        continue;
      }
      const python = /^\s*from\s+([\w.]+)\s+import\s+(.*)$/.exec(line);
      if (python) {
        const base = modulePath(python[1] as string);
        const names = python[2] as string;
        if (mark === "+") {
          addPrefixes(modules, base);
          addNames(modules, base, names);
        }
        if (names.includes("(") && !names.includes(")")) from = base;
      } else if (mark === "+") addOthers(modules, line);
    }
  }
  modules.delete("");
  return modules;
}

/** The path of a file as a module: without extension, an index file as its folder. */
export function moduleOf(path: string): string {
  return path.replace(/\.[^./]+$/, "").replace(/\/(?:__init__|index|mod)$/, "");
}

function addOthers(modules: Set<string>, line: string): void {
  const python = /^\s*import\s+([\w.]+(?:\s+as\s+\w+)?(?:\s*,\s*[\w.]+(?:\s+as\s+\w+)?)*)\s*;?\s*(?:#.*)?$/.exec(line);
  if (python) {
    for (const name of (python[1] as string).split(","))
      addPrefixes(modules, modulePath(name.trim().split(/\s/)[0] ?? ""));
  }
  const rust = /^\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*;/.exec(line);
  if (rust) modules.add(rust[1] as string);
  if (!/\b(?:import|from|require\w*|include\w*|export|import_module|load|source)\b/.test(line)) return;
  for (const [, , quoted = ""] of line.matchAll(/(["'`<])([^"'`<>\s]+)["'`>]/g)) {
    const slashed =
      /^[\w.]+$/.test(quoted) && !/\.(?:[cm]?[jt]sx?|h|hpp|c|cc|py|rb|php|css|s[ac]ss|vue|json)$/.test(quoted);
    modules.add(slashed ? modulePath(quoted) : moduleOf(quoted.replace(/^(?:\.{0,2}\/)+/, "")));
  }
}

function addPrefixes(modules: Set<string>, path: string): void {
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) modules.add(path.slice(0, at));
  modules.add(path);
}

function addNames(modules: Set<string>, base: string, names: string): void {
  for (const name of names.replace(/#.*$/, "").matchAll(/(?<![\w.]|\bas\s)[A-Za-z_]\w*/g)) {
    modules.add(base === "" ? name[0] : `${base}/${name[0]}`);
  }
}

function modulePath(dotted: string): string {
  return dotted.replace(/^\.+/, "").replaceAll(".", "/");
}
