// What each touched file is, so that only the source part of a patch is verified and submitted, and the rest is named.
import type { FileKind } from "../core/types.js";
import { changedLines, configSections, looksLikeTest } from "./content.js";
import { importedModules, moduleOf } from "./imports.js";
import * as kinds from "./kinds.js";
import type { PatchFile } from "./parse.js";

/** A file's kind, and why, in words for a person. */
export interface Classified {
  readonly path: string;
  readonly kind: FileKind;
  readonly reason: string;
}

/** The path a file is known by: the new one, or the old one of a deleted file. "" if it has none. */
export function pathOf(file: PatchFile): string {
  return file.newPath ?? file.oldPath ?? "";
}

/**
 * Kinds of all files of one patch, in its order. A file that is new is judged with the others: one that kept source
 * imports is source; a new top-level script or package that nothing imports can only be a trial of the agent's.
 */
export function classifyFiles(files: readonly PatchFile[]): readonly Classified[] {
  const nothing: Surroundings = { kept: new Set(), known: new Set(), fresh: new Set() };
  // What is left out must not decide about the rest, or classifying the rest again would decide otherwise.
  const kept = files.filter((file) => !isNew(file) && classifyOne(file, nothing).kind === "source");
  const surroundings = surroundingsOf(files, kept);
  return rescueImported(
    files,
    files.map((file) => classifyOne(file, surroundings)),
  );
}

/** What the rest of the patch says about the repository. */
interface Surroundings {
  /** Paths of source that was there before the patch. */
  readonly kept: ReadonlySet<string>;
  /** Their top-level folders; "" for the top level itself. */
  readonly known: ReadonlySet<string>;
  /** Top-level folders that the patch makes a Python package or a Django project of. */
  readonly fresh: ReadonlySet<string>;
}

interface Verdict {
  readonly kind: FileKind;
  readonly reason: string;
}

function classifyOne(file: PatchFile, surroundings: Surroundings): Classified {
  const path = pathOf(file);
  const verdict = verdictOf(path, file, surroundings);
  // Moving source into a test folder still takes the source away: the section counts as source.
  if (file.status === "renamed" && file.oldPath !== null && verdict.kind !== "source") {
    const before = verdictOf(file.oldPath, { ...file, status: "modified" }, surroundings);
    if (before.kind === "source") return { path, kind: "source", reason: `moves source away from ${file.oldPath}` };
  }
  return { path, ...verdict };
}

function verdictOf(path: string, file: PatchFile, surroundings: Surroundings): Verdict {
  const verdict =
    generated(path, file, surroundings) ??
    testConfiguration(path, file) ??
    binary(path, file) ??
    reproduction(path, file, surroundings) ??
    test(path, file) ??
    note(path, file);
  return verdict ?? { kind: "source", reason: "" };
}

function generated(path: string, file: PatchFile, { kept }: Surroundings): Verdict | null {
  const { name, folder, parts } = split(path);
  const as = (reason: string): Verdict => ({ kind: "generated", reason });
  const cache = parts.find((part) => kinds.GENERATED_FOLDERS.has(part) || /\.(?:egg|dist)-info$/.test(part));
  if (cache !== undefined) return as(`in ${cache}`);
  if (kinds.GENERATED_NAME.test(name)) return as("written by a tool");
  if (file.oldMode === "160000" || file.newMode === "160000") return as("a nested repository");
  const manifest = kinds.LOCK_FILES.get(name);
  if (manifest !== undefined && (isNew(file) || !kept.has(`${folder}${manifest}`))) {
    return as(`lock file without a change to ${manifest}`);
  }
  if (!isNew(file)) return null;
  if (parts.length > 1 && kinds.OUTPUT_FOLDERS.has(parts[0] as string)) return as(`new file in ${parts[0]}/`);
  if (parts.length === 1 && file.hunks.length === 0 && /^\w+$/.test(name)) return as("an empty new top-level file");
  return kinds.GENERATED_NEW_NAME.test(name) ? as("new file of a kind that tools write") : null;
}

function testConfiguration(path: string, file: PatchFile): Verdict | null {
  const { name } = split(path);
  const as = (reason: string): Verdict => ({ kind: "test-configuration", reason });
  if (kinds.TEST_CONFIGURATION_NAME.test(name)) return as("steers how tests are found or run");
  if (name === "package.json" && file.status === "modified") {
    const script = /^\s*"(?:pre|post)?test(?:[:-][\w:-]*)?"\s*:/;
    const lines = changedLines(file);
    return lines.length > 0 && lines.every((line) => script.test(line)) ? as("changes only test scripts") : null;
  }
  if (name !== "setup.cfg" && name !== "pyproject.toml") return null;
  const sections = configSections(file);
  const only = sections.length > 0 && sections.every((section) => section !== null && kinds.TEST_SECTION.test(section));
  return only ? as(`changes only [${[...new Set(sections)].join("], [")}]`) : null;
}

function binary(path: string, file: PatchFile): Verdict | null {
  if (file.binary) return { kind: "binary", reason: "a binary change" };
  return isNew(file) && kinds.BINARY_NAME.test(path) ? { kind: "binary", reason: "a new binary file" } : null;
}

function reproduction(path: string, file: PatchFile, { known, fresh }: Surroundings): Verdict | null {
  if (!isNew(file)) return null;
  const { name, parts } = split(path);
  const top = parts[0] as string;
  const as = (reason: string): Verdict => ({ kind: "reproduction", reason });
  const testing = kinds.TEST_FOLDERS.has(top) || kinds.TEST_TOP_FOLDERS.has(top);
  if (parts.length === 1) {
    if (!kinds.SCRIPT_NAME.test(name)) {
      return kinds.TRIAL_TOP_NAME.test(name) ? as("a new top-level file named after a trial") : null;
    }
    if (kinds.REPRODUCTION_NAME.test(name)) return as("a new script named after a trial");
    // Files of a Go, Java or C package see each other without an import: there only plain names count.
    if (!kinds.IMPORTED_NAME.test(name) || name === "setup.py") return null;
    if (kinds.REPRODUCTION_TOP_NAME.test(name)) return as("a new top-level script named after a trial");
    if (kinds.TEST_NAME.test(name)) return as("a new top-level test script");
    const elsewhere = name.endsWith(".py") && known.size > 0 && !known.has("");
    return elsewhere ? as("a new top-level script that nothing imports") : null;
  }
  if (!testing && kinds.SCRIPT_NAME.test(name) && kinds.REPRODUCTION_NAME.test(name)) {
    return as("a new script named after a trial");
  }
  if (known.has(top) || kinds.KEPT_FOLDERS.has(top) || testing) return null;
  if (kinds.REPRODUCTION_FOLDER.test(top)) return as(`in ${top}/, a new folder named after a trial`);
  return fresh.has(top) && known.size > 0 ? as(`in ${top}/, a new package that nothing imports`) : null;
}

function test(path: string, file: PatchFile): Verdict | null {
  const { name, parts } = split(path);
  const as = (reason: string): Verdict => ({ kind: "test", reason });
  const python = /\.py[ix]?$/.test(name);
  const named = kinds.TEST_NAME.test(name) && !kinds.MAIN_SOURCES.test(path);
  const folders = parts.slice(0, -1);
  if (folders.length > 0 && kinds.TEST_TOP_FOLDERS.has(folders[0] as string)) return as(`in ${folders[0]}/`);
  const folder = folders.find((part) => kinds.TEST_FOLDERS.has(part));
  if (folder !== undefined && !kinds.MAIN_SOURCES.test(path)) {
    // A package's `tests` may hold a library (astropy.tests.helper); at the top level it never does.
    const helper = python && folders[0] !== folder && !isNew(file) && !named && name !== "__init__.py";
    return helper && !looksLikeTest(file) ? null : as(`in ${folder}/`);
  }
  if (named) {
    const helper = kinds.TEST_LIBRARY_NAME.test(name) && !isNew(file) && folders.length > 0;
    return helper && !looksLikeTest(file) ? null : as("named as a test");
  }
  if (kinds.TEST_SOURCES.test(path)) return as("among the sources of tests");
  const singular = folders.find((part) => part === "test" || part === "spec");
  if (singular !== undefined && !python && !kinds.MAIN_SOURCES.test(path)) return as(`in ${singular}/`);
  return name === "tests.py" && looksLikeTest(file) ? as("named tests.py, and holds tests") : null;
}

function note(path: string, file: PatchFile): Verdict | null {
  if (!isNew(file) || path.includes("/") || kinds.KEPT_DOCUMENT.test(path) || !kinds.NOTE_NAME.test(path)) return null;
  return { kind: "generated", reason: "a note of the agent's" };
}

/** New files that kept source imports are source too, and so are those that these import. */
function rescueImported(files: readonly PatchFile[], first: readonly Classified[]): readonly Classified[] {
  const waiting = new Map<string, number[]>();
  first.forEach(({ kind, path }, at) => {
    if (!isNew(files[at] as PatchFile) || (kind !== "test" && kind !== "reproduction")) return;
    for (const suffix of suffixesOf(moduleOf(path))) {
      const same = waiting.get(suffix);
      if (same === undefined) waiting.set(suffix, [at]);
      else same.push(at);
    }
  });
  const result = [...first];
  const queue = first.flatMap(({ kind }, at) => (kind === "source" ? [at] : []));
  for (let next = 0; next < queue.length && waiting.size > 0; next++) {
    const importer = queue[next] as number;
    for (const module of importedModules(files[importer] as PatchFile)) {
      for (const at of waiting.get(module) ?? []) {
        const { path, kind } = result[at] as Classified;
        if (kind === "source") continue;
        result[at] = { path, kind: "source", reason: `imported by ${(first[importer] as Classified).path}` };
        queue.push(at);
      }
      waiting.delete(module);
    }
  }
  return result;
}

/** Every name a module may be imported by: its path, and the path without folders before it. */
function suffixesOf(module: string): string[] {
  const parts = module.split("/").slice(-16);
  return parts.map((_, i) => parts.slice(i).join("/"));
}

function surroundingsOf(files: readonly PatchFile[], kept: readonly PatchFile[]): Surroundings {
  const topOf = (path: string) => (path.includes("/") ? (path.split("/", 1)[0] as string) : "");
  const fresh = files.filter(
    (file) => isNew(file) && /^[^/]+\/(?:__init__|manage|apps|settings)\.py$/.test(pathOf(file)),
  );
  return {
    kept: new Set(kept.map(pathOf)),
    known: new Set(kept.flatMap(({ oldPath, newPath }) => [topOf(oldPath ?? ""), topOf(newPath ?? oldPath ?? "")])),
    fresh: new Set(fresh.map((file) => topOf(pathOf(file)))),
  };
}

function isNew(file: PatchFile): boolean {
  return file.status === "added" || file.status === "copied";
}

/** `folder` ends in "/" or is empty. */
function split(path: string): { readonly name: string; readonly folder: string; readonly parts: readonly string[] } {
  const cut = path.lastIndexOf("/") + 1;
  return { name: path.slice(cut), folder: path.slice(0, cut), parts: path.split("/") };
}
