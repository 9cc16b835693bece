// The process backend: the conformance suite, and what is its own.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BestkError } from "../../src/core/errors.js";
import { ownerWord, thisOwner } from "../../src/sandbox/owner.js";
import { processBackend } from "../../src/sandbox/process.js";
import { LIMITS, REPOSITORY, sandboxConformance, text } from "./conformance.js";

const now = (): number => performance.now();
const never = new AbortController().signal;
let folder = "";
let repository = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-process-test-"));
  repository = join(folder, "repository");
  for (const [path, content] of Object.entries(REPOSITORY)) {
    await mkdir(dirname(join(repository, path)), { recursive: true });
    await writeFile(join(repository, path), content);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const spec = () => ({
  instanceId: "conformance",
  image: null,
  repository,
  baseCommit: null,
  workdir: "/testbed",
  env: { SPEC: "spec", KEPT: "kept" },
  limits: LIMITS,
  labels: {},
});

describe("process sandbox", () => {
  sandboxConformance(async () => ({
    backend: processBackend({ now, root: folder }),
    spec: spec(),
    ownsFiles: true,
    allocate: (mebibytes) =>
      `node -e 'const a = []; for (let i = 0; i < ${mebibytes / 10}; i++) a.push(Buffer.alloc(10485760, 1)); setTimeout(() => {}, 2000)'`,
    connect: (host, port) =>
      `node -e 'require("net").connect(${port}, "${host}").on("connect", () => process.exit(0)).on("error", () => process.exit(1))'`,
  }));

  it("sweeps the folders of dead runs, with their processes, and no others", async () => {
    const root = join(folder, "sweep");
    await mkdir(root);
    const mine = await thisOwner();
    const dead = join(root, `bestk-sandbox-${ownerWord({ ...mine, started: "1" })}-abc123`);
    const foreign = join(root, `bestk-sandbox-${ownerWord({ ...mine, host: "elsewhere.1", pid: 1 })}-abc123`);
    for (const path of [dead, foreign, join(root, "unrelated")]) await mkdir(path);
    const orphan = execFile("sleep", ["77"], { env: { PATH: "/usr/bin:/bin", BESTK_SANDBOX: `${dead}/tested/0/` } });
    const ended = new Promise((resolve) => orphan.once("exit", (_, signal) => resolve(signal)));
    const backend = processBackend({ now, root });
    await using sandbox = await backend.open(spec(), never);
    expect(await backend.sweep(never)).toBe(1);
    expect((await readdir(root)).length).toBe(3);
    expect((await sandbox.exec({ command: "cat hello.txt", timeoutMs: 5000, user: "tested" }, never)).exitCode).toBe(0);
    if (process.platform === "linux") expect(await ended).toBe("SIGKILL");
    else orphan.kill();
  });

  it("says what it needs", async () => {
    const backend = processBackend({ now, root: folder });
    const wrong = [
      [{ repository: null }, "configuration"],
      [{ repository: "/no/such/folder" }, "input"],
      [{ baseCommit: "abc" }, "input"],
    ] as const;
    for (const [change, code] of wrong) {
      const opening = backend.open({ ...spec(), ...change }, never);
      await expect(opening).rejects.toSatisfy((thrown) => thrown instanceof BestkError && thrown.code === code);
    }
    expect((await readdir(folder)).filter((name) => name.startsWith("bestk-sandbox-")).length).toBeLessThanOrEqual(1);
  });
});

describe("the copy of a repository", () => {
  const git = async (cwd: string, ...args: string[]): Promise<string> => {
    const who = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "init.defaultBranch=main"];
    return (await promisify(execFile)("git", [...who, ...args], { cwd })).stdout.trim();
  };

  it("has the base commit under its own id, and no object that is newer or older", async () => {
    const source = join(folder, "history");
    await mkdir(source);
    await git(source, "init", "-q");
    const commits: string[] = [];
    for (const step of ["old", "base", "fix"]) {
      await writeFile(join(source, "a.txt"), `${step} content`);
      await git(source, "add", "-A");
      await git(source, "commit", "-qm", step);
      commits.push(await git(source, "rev-parse", "HEAD"));
    }
    await git(source, "tag", "v-fix");
    await git(source, "clone", "-q", "--bare", source, join(folder, "bare.git"));
    await git(source, "bundle", "create", join(folder, "all.bundle"), "--all");
    // A partial clone marks its packs as promisor packs, which git otherwise copies whole.
    const url = `file://${join(folder, "bare.git")}`;
    await git(join(folder, "bare.git"), "config", "uploadpack.allowFilter", "true");
    await git(source, "clone", "-q", "--filter=blob:limit=1g", url, join(folder, "partial"));
    const objects = async (step: string) =>
      (await git(source, "rev-parse", `${step}^{tree}`, `${step}:a.txt`, step)).split("\n");
    const hidden = [...(await objects(commits[0] as string)), ...(await objects(commits[2] as string))];
    const backend = processBackend({ now, root: folder });
    for (const name of ["history", "bare.git", "all.bundle", "partial"]) {
      const baseCommit = commits[1] as string;
      await using sandbox = await backend.open({ ...spec(), repository: join(folder, name), baseCommit }, never);
      const ask = async (command: string) => {
        const { stdout } = await sandbox.exec({ command, timeoutMs: 10_000, user: "tested" }, never);
        return text(stdout).trim();
      };
      expect(await ask("cat a.txt; git status --porcelain")).toBe("base content");
      expect(await ask("git log --format='%H %s'")).toBe(`${baseCommit} base`);
      expect(
        await ask("git tag; git branch -a --format='%(refname)'; git remote; cat .git/objects/info/alternates"),
      ).toBe("refs/heads/base");
      expect(await ask("git cat-file --batch-all-objects --batch-check | wc -l")).toBe("3");
      for (const object of hidden)
        expect(await ask(`git cat-file -e ${object} 2>/dev/null || echo absent`)).toBe("absent");
    }
  });
});
