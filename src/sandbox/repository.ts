// Copies a repository at its base commit and nothing else: tested code must not find the fix in a newer git object.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { cp, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { BestkError, messageOf } from "../core/errors.js";
import { contentHash } from "../core/hash.js";
import { compareCodeUnits } from "../core/order.js";
import { SandboxError } from "./sandbox.js";

/** The programs that bestk itself calls, wherever it was started from. */
export const SEARCH_PATH = `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin`;

/** Git without hooks, monitors, or the machine's configuration; `safe.directory` for trees of another owner. */
export const GIT_ENV: Readonly<Record<string, string>> = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_CONFIG_COUNT: "5",
  GIT_CONFIG_KEY_0: "core.hooksPath",
  GIT_CONFIG_VALUE_0: "/dev/null",
  GIT_CONFIG_KEY_1: "core.fsmonitor",
  GIT_CONFIG_VALUE_1: "false",
  GIT_CONFIG_KEY_2: "core.attributesFile",
  GIT_CONFIG_VALUE_2: "/dev/null",
  GIT_CONFIG_KEY_3: "safe.directory",
  GIT_CONFIG_VALUE_3: "*",
  GIT_CONFIG_KEY_4: "gc.auto",
  GIT_CONFIG_VALUE_4: "0",
};

/** For commits that bestk makes: the same content has the same id, whenever it is made. */
export const FIXED_DATES: Readonly<Record<string, string>> = {
  GIT_AUTHOR_DATE: "2000-01-01T00:00:00Z",
  GIT_COMMITTER_DATE: "2000-01-01T00:00:00Z",
};

/** A plain folder has no commits: its files as they lie are the base. */
export type Source =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "git"; readonly path: string; readonly bundle: boolean; readonly commit: string };

/** Says what a repository is. Throws BestkError `input` if it is none, or lacks the base commit. */
export async function findSource(repository: string, baseCommit: string | null, signal: AbortSignal): Promise<Source> {
  const path = resolve(repository);
  const kind = await kindOf(path);
  if (kind === "folder") {
    if (baseCommit === null) return { kind, path };
    throw new BestkError("input", `${path} is not a git repository, and base commit ${baseCommit} was asked for`, {
      hint: "leave the base commit out to take the folder's files as they are, or name a git repository",
    });
  }
  const commit = baseCommit ?? "HEAD";
  if (kind === "bundle") return { kind: "git", path, bundle: true, commit };
  try {
    const args = ["-C", path, "rev-parse", "--verify", "--quiet", `${commit}^{commit}`];
    return { kind: "git", path, bundle: false, commit: (await git(args, signal)).trim() };
  } catch (thrown) {
    throw missingCommit(path, commit, thrown);
  }
}

/** A hash that changes whenever what `exportSource` would write does. */
export async function sourceHash(source: Source): Promise<string> {
  return source.kind === "git" && !source.bundle ? source.commit : contentHash(await fingerprint(source));
}

/**
 * Writes the files of the base into `destination`, an empty folder, with a `.git` that holds the base commit alone: with
 * its own id (without parents) from a git repository, as a new commit with a fixed author and date from a plain folder.
 * Files that `.gitignore` names are copied from a plain folder, and not committed. Returns the commit's id.
 */
export async function exportSource(source: Source, destination: string, signal: AbortSignal): Promise<string> {
  if (source.kind === "folder") return exportFolder(source.path, destination, signal);
  if (!source.bundle) return exportCommit(source.path, source.commit, destination, signal);
  const unpacked = await mkdtemp(join(tmpdir(), "bestk-bundle-"));
  try {
    await git(["clone", "--quiet", "--mirror", "--template=", source.path, unpacked], signal);
    return await exportCommit(unpacked, source.commit, destination, signal);
  } catch (thrown) {
    if (thrown instanceof BestkError || signal.aborted) throw thrown;
    throw new BestkError("input", `${source.path}: git can't read this bundle (${messageOf(thrown)})`);
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

async function exportCommit(from: string, commit: string, to: string, signal: AbortSignal): Promise<string> {
  const id = await git(["-C", from, "rev-parse", "--verify", "--quiet", `${commit}^{commit}`], signal)
    .then((text) => text.trim())
    .catch((thrown) => {
      throw missingCommit(from, commit, thrown);
    });
  const objects = (await git(["-C", from, "rev-parse", "--git-path", "objects"], signal)).trim();
  await initialise(to, signal);
  // Borrow the source's objects, cut the history at the base, copy what is still reached, and give them back.
  const borrowed = join(to, ".git/objects/info/alternates");
  await writeFile(borrowed, `${resolve(from, objects)}\n`);
  await writeFile(join(to, ".git/shallow"), `${id}\n`);
  await git(["-C", to, "update-ref", "refs/heads/base", id], signal);
  await git(["-C", to, "reset", "--quiet", "--hard"], signal);
  // Not `repack -a`: it takes over whole packs of a partial clone (promisor packs), newer commits included.
  await git(["-C", to, "pack-objects", "--all", "--quiet", join(to, ".git/objects/pack/pack")], signal);
  await rm(borrowed);
  return id;
}

async function exportFolder(from: string, to: string, signal: AbortSignal): Promise<string> {
  await cp(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  await initialise(to, signal);
  await git(["-C", to, "add", "--all"], signal);
  await git(["-C", to, "commit", "--quiet", "--allow-empty", "--no-verify", "--message", "base"], signal);
  return (await git(["-C", to, "rev-parse", "HEAD"], signal)).trim();
}

async function initialise(folder: string, signal: AbortSignal): Promise<void> {
  await git(["init", "--quiet", "--template=", folder], signal);
  const settings =
    "[user]\n\tname = bestk\n\temail = bestk@localhost\n[gc]\n\tauto = 0\n[core]\n\tlogAllRefUpdates = false\n";
  const config = join(folder, ".git/config");
  await writeFile(config, `${await readFile(config, "utf8")}${settings}`);
  await writeFile(join(folder, ".git/HEAD"), "ref: refs/heads/base\n");
}

async function kindOf(path: string): Promise<"folder" | "git" | "bundle"> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new BestkError("input", `${path}: no such repository`);
  if (found.isFile()) return "bundle";
  const names = new Set(await readdir(path));
  return names.has(".git") || (names.has("HEAD") && names.has("objects") && names.has("refs")) ? "git" : "folder";
}

/** Path, mode and content of every file, in order of path; of a bundle its own bytes and the commit asked for. */
async function fingerprint(source: Source): Promise<readonly unknown[]> {
  if (source.kind === "git") return [await fileHash(source.path), source.commit];
  const entries = await readdir(source.path, { recursive: true, withFileTypes: true });
  const lines: (readonly [path: string, mode: string | number, content: string])[] = [];
  for (const entry of entries.filter((candidate) => !candidate.isDirectory())) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(source.path.length);
    if (entry.isSymbolicLink()) lines.push([name, "link", await readlink(path)]);
    else lines.push([name, (await stat(path)).mode & 0o111, await fileHash(path)]);
  }
  return lines.sort(([a], [b]) => compareCodeUnits(a, b));
}

async function fileHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

function missingCommit(path: string, commit: string, cause: unknown): BestkError {
  return new BestkError("input", `${path} has no commit ${commit}`, {
    hint: "fetch that commit into the repository, or correct the instance's base commit",
    cause,
  });
}

const run = promisify(execFile);

async function git(args: readonly string[], signal: AbortSignal): Promise<string> {
  const env = {
    ...GIT_ENV,
    GIT_CONFIG_GLOBAL: "/dev/null",
    PATH: SEARCH_PATH,
    HOME: tmpdir(),
    LC_ALL: "C",
    ...FIXED_DATES,
  };
  try {
    const running = run("git", args as string[], { env, signal, maxBuffer: 1 << 26 });
    // pack-objects reads more revisions from standard input, and would wait for its end.
    running.child.stdin?.end();
    return (await running).stdout;
  } catch (thrown) {
    if (signal.aborted) throw new SandboxError("aborted", "aborted while git was at work", { cause: thrown });
    if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") throw thrown;
    throw new BestkError("prerequisite", "git is not installed", { hint: "install git", cause: thrown });
  }
}
