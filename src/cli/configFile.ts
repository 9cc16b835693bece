// Finds and reads `bestk.config.{yaml,json,js}`: settings for every verb, or for one in a section of its name.
import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BestkError, messageOf } from "../core/errors.js";
import { readText } from "../core/io.js";

export const CONFIG_NAMES = ["yaml", "yml", "json", "js", "mjs"].map((ending) => `bestk.config.${ending}`);

export interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The nearest one from `cwd` up to the root of its repository; outside of a repository, in `cwd` alone. Null: none. */
export async function findConfig(cwd: string): Promise<string | null> {
  const root = await repositoryOf(cwd);
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found: string[] = [];
    for (const name of CONFIG_NAMES) if (await isThere(join(folder, name), "file")) found.push(name);
    if (found.length > 1) {
      throw new BestkError("configuration", `${folder} has ${found.join(" and ")}`, {
        hint: "keep one of them, or name one with --config",
      });
    }
    if (found[0] !== undefined) return join(folder, found[0]);
    if (root === null || folder === root) return null;
  }
}

/** Throws BestkError `configuration` for what isn't a file of settings, `input` where it can't be read. */
export async function readConfig(path: string): Promise<ConfigFile> {
  const document = /\.m?js$/.test(path) ? await importedFrom(path) : await parsed(path, await readText(path));
  if (document !== null && typeof document === "object" && !Array.isArray(document)) {
    return { path, values: document as Readonly<Record<string, unknown>> };
  }
  // An empty file, or one of comments alone, sets nothing.
  if (document === null) return { path, values: {} };
  throw new BestkError("configuration", `${path}: expected settings by name, such as "jobs: 4"`);
}

async function parsed(path: string, text: string): Promise<unknown> {
  try {
    return path.endsWith(".json") ? JSON.parse(text) : (await import("yaml")).parse(text);
  } catch (thrown) {
    const kind = path.endsWith(".json") ? "not valid JSON" : "neither YAML nor JSON";
    throw new BestkError("configuration", `${path}: ${kind} (${messageOf(thrown).split("\n")[0]})`, { cause: thrown });
  }
}

async function importedFrom(path: string): Promise<unknown> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(resolve(path)).href)) as { readonly default?: unknown };
  } catch (thrown) {
    throw new BestkError("configuration", `${path}: can't be loaded (${messageOf(thrown).split("\n")[0]})`, {
      hint: "write an ES module: export default { jobs: 4 }",
      cause: thrown,
    });
  }
  if (module.default === undefined) {
    throw new BestkError("configuration", `${path}: has no default export`, {
      hint: "write: export default { jobs: 4 }",
    });
  }
  return await module.default;
}

async function repositoryOf(cwd: string): Promise<string | null> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    // A file in worktrees and submodules.
    if (await isThere(join(folder, ".git"), "any")) return folder;
    if (dirname(folder) === folder) return null;
  }
}

async function isThere(path: string, kind: "file" | "any"): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && (kind === "any" || found.isFile());
}
