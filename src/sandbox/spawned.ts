// Runs one command as a process group of this machine, and says how it ended.
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { collectOutput } from "./output.js";
import { pause } from "./pause.js";
import { anonymousBytes, killMarked, killQuietly, markedProcesses } from "./processTree.js";
import { type ExecRequest, type ExecResult, SandboxError, type SandboxLimits } from "./sandbox.js";

export interface SpawnedCommand extends ExecRequest {
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Value of the marker in `env`, this command's alone. */
  readonly marker: string;
}

/** Limits that every POSIX shell can set; memory and processes of a whole tree are watched instead. */
const WRAPPER = `ulimit -c 0 2>/dev/null; ulimit -f "$1" 2>/dev/null
cd -- "$2" 2>/dev/null || { echo "bestk: no folder $2" >&2; exit 126; }
exec /bin/sh -c "$3"`;

const WATCH_MS = 250;
const CLOSE_MS = 2_000;

type Ending = "timeout" | "memory" | "processes" | "aborted";

/** Runs it to its end, to its limit or to the signal; nothing of it is left running. */
export async function runProcess(
  request: SpawnedCommand,
  limits: SandboxLimits,
  now: () => number,
  signal: AbortSignal,
): Promise<ExecResult> {
  const begun = now();
  const output = collectOutput(request.maxOutputBytes);
  const fileBlocks = String(Math.ceil(limits.diskBytes / 512));
  const child = spawn("/bin/sh", ["-c", WRAPPER, "sh", fileBlocks, request.cwd, request.command], {
    cwd: "/",
    env: request.env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdout.on("data", (chunk: Buffer) => output.push("stdout", chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push("stderr", chunk));
  // A command that doesn't read its input closes the pipe early: that is its own business.
  child.stdin.on("error", () => {});
  child.stdin.end(request.stdin ?? "");

  let ending: Ending | null = null;
  const stop = (why: Ending): void => {
    ending ??= why;
    void killCommand(child, request.marker);
  };
  const timer = setTimeout(stop, request.timeoutMs, "timeout");
  const abort = (): void => stop("aborted");
  signal.addEventListener("abort", abort, { once: true });
  const watch = new AbortController();
  const watching = watchTree(request.marker, limits, watch.signal, stop);
  try {
    const { code, name } = await exited(child);
    await killCommand(child, request.marker);
    await closed(child);
    const reason = ending as Ending | null;
    if (reason === "aborted") throw new SandboxError("aborted", "aborted while the command ran");
    if (reason === "processes") output.push("stderr", Buffer.from("\n[bestk: killed at the limit of processes]\n"));
    const exitCode = name === null ? code : 128 + constants.signals[name];
    return {
      ...output.result(),
      exitCode: reason === "timeout" ? null : exitCode,
      timedOut: reason === "timeout",
      oom: reason === "memory",
      durationMs: now() - begun,
    };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    watch.abort();
    await watching;
  }
}

/** The group first, for it is the most and needs no search; then whatever left it. */
async function killCommand(child: ChildProcess, marker: string): Promise<void> {
  if (child.pid !== undefined) killQuietly(-child.pid);
  await killMarked(marker);
}

async function watchTree(
  marker: string,
  limits: SandboxLimits,
  signal: AbortSignal,
  stop: (why: Ending) => void,
): Promise<void> {
  while (!signal.aborted) {
    await pause(WATCH_MS, signal);
    if (signal.aborted) return;
    const pids = markedProcesses(marker);
    if (pids.length > limits.pids) stop("processes");
    else if (anonymousBytes(pids) > limits.memoryBytes) stop("memory");
  }
}

function exited(child: ChildProcess): Promise<{ code: number | null; name: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code, name) => resolve({ code, name }));
    child.once("error", (cause) =>
      reject(new SandboxError("other", `/bin/sh can't be started: ${cause.message}`, { cause })),
    );
  });
}

/** Output that is still on its way; a process that escaped the search may hold the pipes open, and is not waited for. */
async function closed(child: ChildProcess): Promise<void> {
  const ends = [child.stdout, child.stderr].map(
    (stream) => new Promise<void>((resolve) => (stream?.closed ? resolve() : stream?.once("close", () => resolve()))),
  );
  const limit = new AbortController();
  await Promise.race([Promise.all(ends), pause(CLOSE_MS, limit.signal)]);
  limit.abort();
  child.stdout?.destroy();
  child.stderr?.destroy();
}
