// A sandbox in one container: commands as the controller through kept shells, as the tested user through execs.
import { randomBytes } from "node:crypto";
import { posix } from "node:path";
import { BestkError } from "../core/errors.js";
import { type ControllerPool, controllerPool } from "./controllerPool.js";
import { type ControllerShell, controllerShell, type ShellAnswer } from "./controllerShell.js";
import type { Engine } from "./engine.js";
import { hardenedBody } from "./hardened.js";
import type { Owner } from "./owner.js";
import { pause, untilAborted } from "./pause.js";
import { GIT_ENV } from "./repository.js";
import {
  type ExecRequest,
  type ExecResult,
  type Sandbox,
  SandboxError,
  type SandboxFile,
  type SandboxSpec,
} from "./sandbox.js";
import {
  CONTROLLER_PATH,
  COUNT_MEMORY_KILLS,
  controllerCommand,
  IN_FOLDER,
  killProcesses,
  PREPARED_LABEL,
  prepareContainer,
  readPlain,
  TESTED_HOME,
  TESTED_UID,
  type Victims,
  writeFile,
} from "./shellText.js";
import { type Outcome, runTested, type TestedContext } from "./testedExec.js";

const GUARD_MS = 30_000;
const FILE_MS = 120_000;
/** With the growing pauses between them about five seconds, after half of which the guard stops choosing. */
const KILL_ROUNDS = 60;
const TESTED_ENV = { HOME: TESTED_HOME, USER: "bestk", LOGNAME: "bestk", TMPDIR: "/tmp" };

/** What was learnt of a container when it was opened. */
interface Inside {
  /** The workdir's path without links. */
  readonly workdir: string;
  /** A UTF-8 locale where the image sets none. */
  readonly language: Readonly<Record<string, string>>;
}

/** Opens a sandbox from an image that the engine has. Throws SandboxError, BestkError `configuration`. */
export async function openContainer(
  engine: Engine,
  spec: SandboxSpec,
  owner: Owner,
  now: () => number,
  signal: AbortSignal,
): Promise<Sandbox> {
  if (spec.image === null) {
    throw new BestkError("configuration", `instance ${spec.instanceId} names no image`, {
      hint: "make one first (ensureImage), or use --sandbox process",
    });
  }
  const image = await engine.image(spec.image, signal);
  if (image === null) {
    throw new SandboxError("image-missing", `the engine at ${engine.address} has no image ${spec.image}`);
  }
  const id = await engine.create(hardenedBody(image.id, spec, owner), signal);
  try {
    const stream = await engine.attach(id, signal);
    await engine.start(id, signal);
    const guard = controllerShell(stream, nonce);
    const prepared = image.labels[PREPARED_LABEL] === String(TESTED_UID);
    const answer = await untilAborted(guard.run(prepareContainer(spec.workdir, prepared)), signal);
    if (answer === undefined) throw new SandboxError("aborted", "aborted while the sandbox was opened");
    if (!answer.ended && (await engine.inspect(id, false, signal))?.running === true) {
      throw new SandboxError("engine-gone", "the connection to the sandbox broke while it was opened");
    }
    if (!answer.ended || answer.exitCode !== 0) throw unusable(spec, answer);
    const language = image.env.some((line) => /^(LANG|LC_ALL)=/.test(line)) ? {} : { LANG: "C.UTF-8" };
    return new ContainerSandbox(engine, id, guard, spec, { workdir: answer.stdout.toString("utf8"), language }, now);
  } catch (thrown) {
    await removeQuietly(engine, id);
    throw thrown;
  }
}

class ContainerSandbox implements Sandbox {
  readonly workdir: string;
  readonly #engine: Engine;
  readonly #id: string;
  /** Runs nothing that could hang, and needs no new process: it counts and kills. */
  readonly #guard: ControllerShell;
  readonly #controllers: ControllerPool;
  readonly #spec: SandboxSpec;
  readonly #inside: Inside;
  readonly #now: () => number;
  readonly #slots = new Set<number>();
  #disposing: Promise<void> | null = null;

  constructor(
    engine: Engine,
    id: string,
    guard: ControllerShell,
    spec: SandboxSpec,
    inside: Inside,
    now: () => number,
  ) {
    this.#engine = engine;
    this.#id = id;
    this.#guard = guard;
    this.#controllers = controllerPool(engine, id, nonce, (session) => this.#kill({ session }));
    this.#spec = spec;
    this.workdir = spec.workdir;
    this.#inside = inside;
    this.#now = now;
  }

  async exec(request: ExecRequest, signal: AbortSignal): Promise<ExecResult> {
    this.#mustLive(signal);
    const begun = this.#now();
    const killsBefore = await this.#memoryKills();
    const run = request.user === "tested" ? this.#execTested(request, signal) : this.#execController(request, signal);
    const outcome = await run.catch(async (thrown) => {
      if (this.#disposing !== null) throw disposed();
      if (signal.aborted) throw new SandboxError("aborted", "aborted while the command ran", { cause: thrown });
      throw thrown;
    });
    if (this.#disposing !== null) throw disposed();
    if (signal.aborted) throw new SandboxError("aborted", "aborted while the command ran");
    const durationMs = this.#now() - begun;
    if (this.#guard.closed && !outcome.timedOut) {
      await this.#mustHaveDiedOfMemory(signal);
      return { ...outcome, exitCode: 137, oom: true, durationMs };
    }
    if (outcome.exitCode === null && !outcome.timedOut)
      throw await this.#lost("the controller's shell was lost", signal);
    return { ...outcome, oom: (await this.#memoryKills()) > killsBefore, durationMs };
  }

  async writeFiles(files: readonly SandboxFile[], signal: AbortSignal): Promise<void> {
    this.#mustLive(signal);
    for (const file of files) {
      const path = this.#real(file.path);
      const script = writeFile(this.#inside.workdir, { ...file, path });
      const answer = await this.#controllers.run({ script, timeoutMs: FILE_MS }, signal);
      if (answer.ended && answer.exitCode === 0) continue;
      if (!answer.ended) throw await this.#lost(`${file.path} can't be written`, signal);
      const said = answer.stderr.toString("utf8").trim();
      const failure = /no space left/i.test(said) ? "disk-full" : "other";
      throw new SandboxError(failure, `${file.path} can't be written in the sandbox: ${said}`);
    }
  }

  async readFile(path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | null> {
    this.#mustLive(signal);
    const script = readPlain(this.#real(path), maxBytes);
    const answer = await this.#controllers.run(
      { script, timeoutMs: FILE_MS, maxOutputBytes: 2 * maxBytes + 2 },
      signal,
    );
    if (!answer.ended) throw await this.#lost(`${path} can't be read`, signal);
    return answer.exitCode === 0 ? answer.stdout : null;
  }

  async killAll(signal: AbortSignal): Promise<void> {
    this.#mustLive(signal);
    await this.#kill({ gid: null });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposing ??= removeQuietly(this.#engine, this.#id).finally(() => this.#guard.close());
    await this.#disposing;
  }

  async #execTested(request: ExecRequest, signal: AbortSignal): Promise<Outcome> {
    // A group of its own tells a command's processes from those of the others, whatever session they move to.
    let slot = 0;
    while (this.#slots.has(slot)) slot += 1;
    this.#slots.add(slot);
    const gid = TESTED_UID + slot;
    const context: TestedContext = {
      engine: this.#engine,
      container: this.#id,
      user: `${TESTED_UID}:${gid}`,
      argv: ["/bin/sh", "-c", IN_FOLDER, "sh", request.cwd ?? this.workdir, request.command],
      env: { ...this.#inside.language, ...TESTED_ENV, ...this.#spec.env, ...request.env },
      diskBytes: this.#spec.limits.diskBytes,
      kill: () => this.#kill({ gid }),
    };
    try {
      return await runTested(context, request, signal);
    } finally {
      this.#slots.delete(slot);
    }
  }

  async #execController(request: ExecRequest, signal: AbortSignal): Promise<Outcome> {
    const env = { ...this.#inside.language, ...GIT_ENV, HOME: "/root", ...this.#spec.env, ...request.env };
    const script = controllerCommand(
      request.command,
      request.cwd ?? this.workdir,
      { ...env, PATH: CONTROLLER_PATH },
      request.stdin === undefined ? null : Buffer.from(request.stdin),
    );
    const { timeoutMs, maxOutputBytes } = request;
    const limits = maxOutputBytes === undefined ? { timeoutMs } : { timeoutMs, maxOutputBytes };
    const { exitCode, stdout, stderr, truncated, ended, timedOut } = await this.#controllers.run(
      { script, ...limits },
      signal,
    );
    return { exitCode: ended ? exitCode : null, stdout, stderr, truncated, timedOut };
  }

  /** Until none is found. If even the guard can't, the container itself is ended: what is hostile must not go on. */
  async #kill(victims: Victims): Promise<void> {
    const done = new AbortController().signal;
    for (let round = 0; round < KILL_ROUNDS; round++) {
      const isForced = round > KILL_ROUNDS / 2;
      const said = await this.#askGuard(killProcesses(victims, isForced));
      if (said === null) break;
      const [left, did] = said.trim().split(" ");
      // Their connections tell of it later.
      if (did === "all") this.#controllers.forget();
      // What was killed still counts as a process until init has taken note of it.
      if (left === "0" && (did === "some" || isForced)) return;
      await pause(Math.min(5 * round, 100), done);
    }
    const state = await this.#engine.inspect(this.#id, false, AbortSignal.timeout(GUARD_MS));
    if (state?.running === true) await this.#engine.kill(this.#id, AbortSignal.timeout(GUARD_MS));
  }

  async #memoryKills(): Promise<number> {
    return Number((await this.#askGuard(COUNT_MEMORY_KILLS)) ?? 0);
  }

  /** null if the container has ended. */
  async #askGuard(script: string): Promise<string | null> {
    const limit = new AbortController();
    try {
      const late = pause(GUARD_MS, limit.signal).then(() => null);
      const answer = await Promise.race([this.#guard.run(script), late]);
      if (answer === null) throw new SandboxError("engine-gone", `the sandbox gave no answer in ${GUARD_MS / 1000} s`);
      return answer.ended ? answer.stdout.toString("latin1") : null;
    } finally {
      limit.abort();
    }
  }

  /** Why the sandbox gave no answer. Throws where the engine doesn't either. */
  async #lost(what: string, signal: AbortSignal): Promise<SandboxError> {
    const state = await this.#engine.inspect(this.#id, false, signal);
    if (state?.running === true) return new SandboxError("engine-gone", `${what}: the connection to the sandbox broke`);
    return new SandboxError("other", `${what}: the container was ended from outside`);
  }

  /** The container's main process can be ended by the kernel for memory, by bestk, or by somebody outside. */
  async #mustHaveDiedOfMemory(signal: AbortSignal): Promise<void> {
    const state = await this.#engine.inspect(this.#id, false, signal);
    if (state?.running === true) throw new SandboxError("engine-gone", "the connection to the sandbox broke");
    if (state?.oomKilled !== true) throw new SandboxError("other", "the container was ended from outside");
  }

  #real(path: string): string {
    const absolute = posix.resolve(this.workdir, path);
    const inside = posix.relative(this.workdir, absolute);
    return inside.startsWith("..") ? absolute : posix.join(this.#inside.workdir, inside);
  }

  #mustLive(signal: AbortSignal): void {
    if (this.#disposing !== null) throw disposed();
    if (signal.aborted) throw new SandboxError("aborted", "aborted before the command began");
  }
}

function nonce(): string {
  return `bestk-${randomBytes(16).toString("hex")}`;
}

function unusable(spec: SandboxSpec, answer: ShellAnswer): BestkError {
  const said = answer.stderr.toString("utf8").trim() || "it ended at once";
  return new BestkError("configuration", `${spec.instanceId}: image ${spec.image} can't be used: ${said}`, {
    hint: `the image needs /bin/sh, git and the repository in ${spec.workdir}`,
  });
}

function disposed(): SandboxError {
  return new SandboxError("disposed", "the sandbox was disposed");
}

/** What can't be removed now, because the engine is gone, is swept at the next start. */
async function removeQuietly(engine: Engine, id: string): Promise<void> {
  await engine.remove(id, AbortSignal.timeout(60_000)).catch(() => {});
}
