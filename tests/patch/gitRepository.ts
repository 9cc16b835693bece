// Temporary repositories and the real git, for tests that ask what a patch does to files.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Path → content and mode; content as latin1, so that any bytes compare. */
export type Tree = Readonly<Record<string, { readonly content: string; readonly executable?: boolean }>>;

const SETTINGS = ["-c", "core.autocrlf=false", "-c", "core.attributesFile=/dev/null", "-c", "core.hooksPath=/dev/null"];

/** Text of `git diff` from one tree to the other; `flags` go to git diff. */
export function gitDiff(before: Tree, after: Tree, flags: readonly string[] = []): string {
  return inFolder((folder) => {
    git(folder, ["init", "-q"]);
    writeTree(folder, before);
    git(folder, ["add", "-A", "-f"]);
    git(folder, ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "base", "--allow-empty"]);
    for (const path of Object.keys(before)) rmSync(join(folder, path), { force: true });
    writeTree(folder, after);
    git(folder, ["add", "-A", "-f"]);
    return git(folder, ["diff", "--cached", "-M", "-C", "--find-copies-harder", ...flags, "HEAD"]);
  });
}

/** The tree after `git apply`, or null where git refuses the patch. An empty patch changes nothing. */
export function gitApply(before: Tree, patch: string): Tree | null {
  return inFolder((folder) => {
    writeTree(folder, before);
    if (patch === "") return readTree(folder);
    const { status } = run(folder, ["apply", "--whitespace=nowarn", "-"], patch);
    return status === 0 ? readTree(folder) : null;
  });
}

export function withoutPaths(tree: Tree | null, paths: readonly string[]): Tree | null {
  return tree && Object.fromEntries(Object.entries(tree).filter(([path]) => !paths.includes(path)));
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "bestk-patch-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function git(folder: string, args: readonly string[]): string {
  const { status, stdout, stderr } = run(folder, args);
  if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  return stdout;
}

function run(folder: string, args: readonly string[], input = "") {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    GIT_CEILING_DIRECTORIES: dirname(folder),
    GIT_CONFIG_NOSYSTEM: "1",
  };
  return spawnSync("git", [...SETTINGS, ...args], { cwd: folder, input, encoding: "utf8", env });
}

function writeTree(folder: string, tree: Tree): void {
  for (const [path, { content, executable }] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), Buffer.from(content, "latin1"));
    if (executable) chmodSync(join(folder, path), 0o755);
  }
}

function readTree(folder: string): Tree {
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => !path.startsWith(".git"));
  return Object.fromEntries(
    entries
      .sort()
      .filter((path) => lstatSync(join(folder, path)).isFile())
      .map((path) => {
        const executable = (lstatSync(join(folder, path)).mode & 0o100) !== 0;
        return [path, { content: readFileSync(join(folder, path), "latin1"), executable }];
      }),
  );
}
