// The contract of a sandbox backend: where hostile code runs, and which failures are results and which are errors.

/**
 * Results and errors. What the *tested code* does is a result, whatever it is: any exit code, death by a signal (128 + n),
 * a missing command (127), a folder that isn't there (126), the time limit, the sandbox's own limits of memory, processes
 * and disk, output beyond the limit. What the *machine* does is thrown as SandboxError and never looks like a test that
 * failed: the engine is gone, an image is missing, the host's disk is full, the caller aborted or disposed.
 *
 * Commands. A command has a process group of its own. When its first process ends, what it left running (daemons in
 * sessions of their own too) is killed before `exec` returns; at the time limit all of it is killed. Several may run at
 * once in one sandbox; one that ends or is killed leaves the others alone. There is no standard input unless given.
 *
 * Files. The tree is the tested user's, save `.git` and what `writeFiles` wrote: those are the controller's, as are the
 * folders above them, in which the tested user may make new entries and remove its own only. (In an image that bestk did
 * not make only the folders change hands: the tested user replaces files there, and can't write them in place.) A link that stands where
 * `writeFiles` should write inside the workdir is removed, not followed; `readFile` follows none.
 *
 * Git. The repository has the base commit and nothing newer or older: no other ref, remote or reflog. Controller commands
 * run git without hooks, system or user configuration.
 *
 * The process backend can't promise all of this; what a backend promises is its `guarantees`.
 */
export interface ExecResult {
  /** 0–255; null if bestk ended the command (time limit) before it gave one. */
  readonly exitCode: number | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** True if output beyond `maxOutputBytes` was dropped from the middle; the kept text says so at the cut. */
  readonly truncated: boolean;
  readonly timedOut: boolean;
  /** The sandbox's own memory limit ended a process while this command ran. */
  readonly oom: boolean;
  readonly durationMs: number;
}

export interface ExecRequest {
  /** Run by `/bin/sh -c`. */
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
  /**
   * The first `maxBytes` of a file; null if there is none, it is not a regular file, or its path leads through a symbolic
   * link (which the tested code may have planted).
   */
  readFile(path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | null>;
  /** Ends every process of the tested user, of running commands too. */
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
  /** For the instance's own evaluation script alone, which installs: it runs as the controller, and may have the network. */
  readonly groundTruth?: { readonly network: boolean };
}

/** What a backend promises against hostile code; "watched" is noticed within a second and then killed. */
export interface SandboxGuarantees {
  /** Tested code reaches no network. */
  readonly isolatedNetwork: boolean;
  /** Tested code sees no file of the host. */
  readonly isolatedFiles: boolean;
  /** `tested` is a user of its own: it can't write the controller's files nor signal its processes. */
  readonly separateUser: boolean;
  readonly memory: "enforced" | "watched" | "none";
  readonly processes: "enforced" | "watched" | "none";
  readonly cpu: "enforced" | "none";
  /** "one-file": a single file can't grow beyond the limit, many together can. */
  readonly disk: "watched" | "one-file";
}

export interface SandboxBackend {
  readonly name: string;
  readonly guarantees: SandboxGuarantees;
  /** Throws BestkError `prerequisite` if the backend can't be used on this machine, with what to do. */
  check(signal: AbortSignal): Promise<void>;
  open(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox>;
  /** Removes what runs that are no longer alive left behind, never what a living one uses; returns how many. */
  sweep(signal: AbortSignal): Promise<number>;
}

export const SANDBOX_FAILURES = [
  "engine-gone",
  "image-missing",
  "disk-full",
  "host-oom",
  "pull-refused",
  "clock",
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
