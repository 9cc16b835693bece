// Which files an argument names: a file, every file of a folder, or a glob; always in the same order.
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { BestkError, messageOf } from "../core/errors.js";
import { readText } from "../core/io.js";
import { compareNatural } from "../core/order.js";
import type { SourceFile } from "./adapter.js";

/** A file that an argument named. */
export interface Source extends SourceFile {
  /** True if the file itself was the argument, so that an unknown format is an error and not just counted. */
  readonly direct: boolean;
}

/**
 * Files named by the arguments in natural order of their paths, each once. Folders are searched without dot folders
 * and node_modules. Throws BestkError `input` for an argument that names nothing.
 */
export async function findSources(args: readonly string[]): Promise<readonly Source[]> {
  const found = new Map<string, Source>();
  for (const arg of args) {
    const sources = await sourcesOf(arg);
    if (sources.length === 0) throw nothing(arg);
    for (const source of sources) {
      const path = await realpath(source.file).catch(() => source.file);
      const known = found.get(path);
      found.set(path, known === undefined ? source : merged(known, source));
    }
  }
  return [...found.values()].sort((a, b) => compareNatural(a.file, b.file));
}

/** The file of a path as an adapter sees it. */
export function sourceOf(file: string, relativePath: string, direct: boolean): Source {
  const names = (folder?: string): Promise<readonly string[]> => namesBeside(file, folder);
  return { file, relativePath, direct, sibling: (name) => siblingOf(file, name), names };
}

async function sourcesOf(arg: string): Promise<Source[]> {
  const info = await stat(arg).catch(() => null);
  if (info?.isFile()) return [sourceOf(arg, basename(arg), true)];
  if (info?.isDirectory()) {
    const files: Source[] = [];
    await walk(arg, arg, new Set([await realpath(arg)]), files);
    return files;
  }
  if (info !== null) throw new BestkError("input", `${arg}: neither a file nor a folder`);
  if (!isDynamicPattern(arg)) throw nothing(arg);
  const paths = await glob(arg.split(sep).join("/"), {
    dot: false,
    ignore: ["**/node_modules/**"],
    absolute: isAbsolute(arg),
  });
  const base = fixedPart(arg);
  return paths.map((path) => sourceOf(path, slashes(relative(base, path)), false));
}

/** A file reached twice keeps its longest relative path, so that the order of the arguments changes nothing. */
function merged(a: Source, b: Source): Source {
  const longer = a.relativePath.length - b.relativePath.length || compareNatural(b.file, a.file);
  const kept = longer >= 0 ? a : b;
  return sourceOf(kept.file, kept.relativePath, a.direct || b.direct);
}

async function walk(root: string, folder: string, visited: Set<string>, files: Source[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((thrown) => {
    throw new BestkError("input", `${folder}: can't be read (${messageOf(thrown)})`, { cause: thrown });
  });
  for (const entry of entries) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    const info = entry.isSymbolicLink() ? await stat(path).catch(() => null) : entry;
    if (info?.isFile()) files.push(sourceOf(path, slashes(relative(root, path)), false));
    else if (info?.isDirectory()) {
      const real = await realpath(path);
      if (visited.has(real)) continue;
      visited.add(real);
      await walk(root, path, visited, files);
    }
  }
}

function nothing(arg: string): BestkError {
  const isGlob = isDynamicPattern(arg);
  return new BestkError(
    "input",
    isGlob ? `${arg}: the pattern matches no file` : `${arg}: no such file or folder, or an empty one`,
    {
      hint: "ROLLOUTS are files, folders or globs of a known format, plain or gzipped",
    },
  );
}

/** The leading folders of a pattern that hold no wildcard: what its matches are relative to. */
function fixedPart(pattern: string): string {
  const parts = pattern.split("/");
  const first = parts.findIndex((part) => isDynamicPattern(part));
  return parts.slice(0, Math.max(first, 0)).join("/") || (isAbsolute(pattern) ? "/" : ".");
}

async function siblingOf(file: string, name: string): Promise<string | null> {
  for (const path of [join(dirname(file), name), join(dirname(file), `${name}.gz`)]) {
    const info = await stat(path).catch(() => null);
    if (info?.isFile()) return readText(path);
  }
  return null;
}

async function namesBeside(file: string, folder = "."): Promise<readonly string[]> {
  const names = await readdir(join(dirname(file), folder)).catch(() => []);
  return names.sort(compareNatural);
}

function slashes(path: string): string {
  return path.split(sep).join("/");
}
