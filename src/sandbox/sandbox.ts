// The contract of a sandbox backend: where hostile code runs, and which failures are results and which are errors.

/**
 * A failure *of the tested code* is a result: any exit code, a signal, a time limit, its own memory limit, a missing
 * command. A failure *of the machine* (engine gone, image missing, disk full, sandbox already disposed) is thrown as
 * SandboxError, and never looks like a test that failed.
 */
export interface ExecResult {
  /** 0–255; null if the process was ended by bestk (time limit, abort) before it gave one. */
  readonly exitCode: number | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** True if output beyond `maxOutputBytes` was dropped; the kept text says so at the cut. */
  readonly truncated: boolean;
  readonly timedOut: boolean;
  /** The sandbox's own memory limit ended a process of this command. */
  readonly oom: boolean;
  readonly durationMs: number;
}

export interface ExecRequest {
  /** Run by `sh -c`. */
  readonly command: string;
  /** Inside the sandbox; default is the sandbox's workdir. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array | string;
  /** At the limit the whole process group is killed. */
  readonly timeoutMs: number;
  /** Of stdout and stderr together; default 10 MiB. */
  readonly maxOutputBytes?: number;
  /** `controller` prepares (git, files); `tested` is the unprivileged user that candidate code runs under. */
  readonly user: "controller" | "tested";
}

export interface SandboxFile {
  /** Absolute, or relative to the workdir. */
  readonly path: string;
  readonly content: Uint8Array | string;
  /** Octal; default 0o644. */
  readonly mode?: number;
}

/** One isolated copy of an instance's repository at its base commit. Disposing twice is allowed and does nothing. */
export interface Sandbox extends AsyncDisposable {
  /** Absolute path of the repository inside. */
  readonly workdir: string;
  exec(request: ExecRequest, signal: AbortSignal): Promise<ExecResult>;
  /** Written as the controller, readable and not writable by the tested user. Missing folders are made. */
  writeFiles(files: readonly SandboxFile[], signal: AbortSignal): Promise<void>;
  /** Bytes of a file, at most `maxBytes`; null if there is none or it is not a regular file. */
  readFile(path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | null>;
  /** Ends every process of the tested user. */
  killAll(signal: AbortSignal): Promise<void>;
}

export interface SandboxLimits {
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly pids: number;
  readonly diskBytes: number;
}

export const DEFAULT_LIMITS: SandboxLimits = {
  memoryBytes: 4 * 1024 ** 3,
  cpus: 1,
  pids: 512,
  diskBytes: 4 * 1024 ** 3,
};

export interface SandboxSpec {
  readonly instanceId: string;
  /** `docker`: an image reference or id that holds the repository in `workdir`. */
  readonly image: string | null;
  /** `process`: a folder, bare repository or bundle that is copied. */
  readonly repository: string | null;
  readonly baseCommit: string | null;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly limits: SandboxLimits;
  readonly labels: Readonly<Record<string, string>>;
}

export interface SandboxBackend {
  readonly name: string;
  /** Throws BestkError `prerequisite` if the backend can't be used on this machine, with what to do. */
  check(signal: AbortSignal): Promise<void>;
  open(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox>;
  /** Removes what a killed earlier run left behind; returns how many. */
  sweep(signal: AbortSignal): Promise<number>;
}

export const SANDBOX_FAILURES = [
  "engine-gone",
  "image-missing",
  "disk-full",
  "host-oom",
  "pull-refused",
  "disposed",
  "aborted",
  "other",
] as const;

/** A failure of the machine: becomes `infra`, is retried, and is never a verdict on a patch. */
export class SandboxError extends Error {
  readonly failure: (typeof SANDBOX_FAILURES)[number];

  constructor(failure: (typeof SANDBOX_FAILURES)[number], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SandboxError";
    this.failure = failure;
  }
}
