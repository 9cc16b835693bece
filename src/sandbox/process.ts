// The `process` backend: commands as plain processes in a temporary copy of the repository, for trusted suites only.
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BestkError } from "../core/errors.js";
import { readPlainFile, writeAsController } from "./hostFiles.js";
import { isOwnerAlive, ownerWord, thisOwner } from "./owner.js";
import { killMarked, MARKER } from "./processTree.js";
import { exportSource, findSource, GIT_ENV, SEARCH_PATH } from "./repository.js";
import { type ExecRequest, type Sandbox, type SandboxBackend, SandboxError, type SandboxSpec } from "./sandbox.js";
import { runProcess } from "./spawned.js";

export interface ProcessOptions {
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Where sandboxes are made; default is the system's folder for temporary files. */
  readonly root?: string;
}

const PREFIX = "bestk-sandbox-";
const REMOVE = { recursive: true, force: true, maxRetries: 5 } as const;

/**
 * Needs Node and git alone. `tested` is this user, as the controller is: tested code can reach this user's files and the
 * network. Memory and the number of processes are watched where the system has /proc, and not limited elsewhere.
 */
export function processBackend(options: ProcessOptions): SandboxBackend {
  const root = options.root ?? tmpdir();
  const watched = process.platform === "linux" ? "watched" : "none";
  return {
    name: "process",
    guarantees: {
      isolatedNetwork: false,
      isolatedFiles: false,
      separateUser: false,
      memory: watched,
      processes: watched,
      cpu: "none",
      disk: "one-file",
    },
    async check() {
      if (process.platform !== "win32") return;
      throw new BestkError("prerequisite", "the process sandbox needs POSIX processes", {
        hint: "use --sandbox docker",
      });
    },
    async open(spec, signal) {
      if (spec.repository === null) {
        throw new BestkError("configuration", `instance ${spec.instanceId} names no repository to copy`, {
          hint: "give it a repository, or use --sandbox docker",
        });
      }
      const source = await findSource(spec.repository, spec.baseCommit, signal);
      const folder = await mkdtemp(join(root, `${PREFIX}${ownerWord(await thisOwner())}-`));
      try {
        const workdir = join(folder, "repo");
        await Promise.all(["repo", "home", "tmp"].map((name) => mkdir(join(folder, name))));
        await exportSource(source, workdir, signal);
        return new ProcessSandbox(folder, workdir, spec, options.now);
      } catch (thrown) {
        await rm(folder, REMOVE);
        throw signal.aborted ? new SandboxError("aborted", "aborted while the repository was copied") : thrown;
      }
    },
    sweep: () => sweep(root),
  };
}

async function sweep(root: string): Promise<number> {
  let removed = 0;
  for (const name of await readdir(root)) {
    if (!name.startsWith(PREFIX)) continue;
    if (await isOwnerAlive(name.slice(PREFIX.length, name.lastIndexOf("-")))) continue;
    const folder = join(root, name);
    await killMarked(`${folder}/`);
    await rm(folder, REMOVE);
    removed += 1;
  }
  return removed;
}

class ProcessSandbox implements Sandbox {
  readonly workdir: string;
  readonly #folder: string;
  readonly #spec: SandboxSpec;
  readonly #now: () => number;
  #commands = 0;
  #disposing: Promise<void> | null = null;

  constructor(folder: string, workdir: string, spec: SandboxSpec, now: () => number) {
    this.#folder = folder;
    this.workdir = workdir;
    this.#spec = spec;
    this.#now = now;
  }

  async exec(request: ExecRequest, signal: AbortSignal) {
    this.#mustLive(signal);
    // Every process of a command inherits the marker, in whatever session it puts itself.
    const marker = `${this.#folder}/${request.user}/${this.#commands++}/`;
    const env = {
      PATH: SEARCH_PATH,
      HOME: join(this.#folder, "home"),
      TMPDIR: join(this.#folder, "tmp"),
      LANG: "C.UTF-8",
      ...(request.user === "controller" ? GIT_ENV : {}),
      ...this.#spec.env,
      ...request.env,
      [MARKER]: marker,
    };
    const command = { ...request, cwd: request.cwd ?? this.workdir, env, marker };
    const result = await runProcess(command, this.#spec.limits, this.#now, signal);
    if (this.#disposing !== null) throw disposed();
    return result;
  }

  async writeFiles(files: Parameters<Sandbox["writeFiles"]>[0], signal: AbortSignal): Promise<void> {
    this.#mustLive(signal);
    for (const file of files) await writeAsController(this.workdir, file);
  }

  async readFile(path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | null> {
    this.#mustLive(signal);
    return readPlainFile(this.workdir, path, maxBytes);
  }

  async killAll(signal: AbortSignal): Promise<void> {
    this.#mustLive(signal);
    await killMarked(`${this.#folder}/tested/`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposing ??= (async () => {
      await killMarked(`${this.#folder}/`);
      await rm(this.#folder, REMOVE);
    })();
    await this.#disposing;
  }

  #mustLive(signal: AbortSignal): void {
    if (this.#disposing !== null) throw disposed();
    if (signal.aborted) throw new SandboxError("aborted", "aborted before the command began");
  }
}

function disposed(): SandboxError {
  return new SandboxError("disposed", "the sandbox was disposed");
}
