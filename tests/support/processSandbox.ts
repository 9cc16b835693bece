// A real sandbox for tests: a plain folder copied and committed, its commands run as processes of this machine.
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { processBackend } from "../../src/sandbox/process.js";
import { DEFAULT_LIMITS, type ExecResult, type Sandbox } from "../../src/sandbox/sandbox.js";

export const never = new AbortController().signal;

/** Git is needed, `patch` is not: what only it can show is tested where it is. */
export const hasPatch = spawnSync("patch", ["--version"]).status === 0;

/** A repository with these files, open as a sandbox. Its folder is the sandbox's own root, and `root` removes both. */
export async function openSandbox(
  files: Readonly<Record<string, string>>,
): Promise<{ readonly sandbox: Sandbox; readonly root: string }> {
  const root = await mkdtemp(join(tmpdir(), "bestk-verify-test-"));
  const repository = join(root, "repository");
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(repository, path)), { recursive: true });
    await writeFile(join(repository, path), content);
  }
  const sandbox = await processBackend({ now: () => performance.now(), root }).open(
    {
      instanceId: "x__y-1",
      image: null,
      repository,
      baseCommit: null,
      workdir: "/testbed",
      env: {},
      limits: DEFAULT_LIMITS,
      labels: {},
    },
    never,
  );
  return { sandbox, root };
}

/** Runs a command as the controller. */
export function shell(sandbox: Sandbox, command: string): Promise<ExecResult> {
  return sandbox.exec({ command, timeoutMs: 30_000, user: "controller" }, never);
}

/** Text of a file in the sandbox; null if there is none. */
export async function contentOf(sandbox: Sandbox, path: string): Promise<string | null> {
  const bytes = await sandbox.readFile(path, 1 << 20, never);
  return bytes === null ? null : Buffer.from(bytes).toString("utf8");
}
