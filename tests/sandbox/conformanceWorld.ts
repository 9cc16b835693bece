// What the conformance suite of sandbox backends works with: a subject, one sandbox for all cases, and short words for them.
import { afterAll, beforeAll } from "vitest";
import {
  type ExecRequest,
  type ExecResult,
  type Sandbox,
  type SandboxBackend,
  SandboxError,
  type SandboxSpec,
} from "../../src/sandbox/sandbox.js";

/** A backend under test, and how to say a few things in the language that its sandboxes have. */
export interface Subject {
  readonly backend: SandboxBackend;
  readonly spec: SandboxSpec;
  /** Whether files of the repository are the tested user's own, or it can only replace them. */
  readonly ownsFiles: boolean;
  /** Takes and touches that much memory, then waits. */
  allocate(mebibytes: number): string;
  /** Exits 0 if a TCP connection can be made. */
  connect(host: string, port: number): string;
}

export const LIMITS = { memoryBytes: 256 * 1024 ** 2, cpus: 1, pids: 64, diskBytes: 32 * 1024 ** 2 };

/** Files of the repository that a subject's sandboxes must hold. */
export const REPOSITORY = { "hello.txt": "hello\n", "package/data.txt": "1\n", "tests/test_old.py": "OLD = 1\n" };

/** A signal that is never aborted. */
export const never = new AbortController().signal;

export interface World {
  readonly subject: Subject;
  /** A sandbox that all cases share; those that change files open their own. */
  readonly shared: Sandbox;
  run(command: string, more?: Partial<ExecRequest>, sandbox?: Sandbox): Promise<ExecResult>;
  withSandbox(use: (sandbox: Sandbox) => Promise<void>): Promise<void>;
  /** How many processes in the shared sandbox have a command line that a basic regular expression finds. */
  alive(pattern: string): Promise<number>;
}

/** Makes the subject ready before the cases of the suite that calls this, and puts it away after them. */
export function openWorld(prepare: () => Promise<Subject>): World {
  let ready: { subject: Subject; shared: Sandbox } | null = null;
  const opened = (): { subject: Subject; shared: Sandbox } => {
    if (ready === null) throw new Error("the subject is not ready");
    return ready;
  };
  beforeAll(async () => {
    const subject = await prepare();
    ready = { subject, shared: await subject.backend.open(subject.spec, never) };
  }, 120_000);
  afterAll(() => ready?.shared[Symbol.asyncDispose]());

  const world: World = {
    get subject() {
      return opened().subject;
    },
    get shared() {
      return opened().shared;
    },
    run: (command, more = {}, sandbox = opened().shared) =>
      sandbox.exec({ command, timeoutMs: 20_000, user: "tested", ...more }, never),
    async withSandbox(use) {
      await using sandbox = await world.subject.backend.open(world.subject.spec, never);
      await use(sandbox);
    },
    async alive(pattern) {
      // In brackets, so that the pattern doesn't find the command line that it stands in.
      const safe = `[${pattern.slice(0, 1)}]${pattern.slice(1)}`;
      const script = `n=0; for d in /proc/[0-9]*; do tr '\\0' ' ' 2>/dev/null <$d/cmdline | grep -q '${safe}' && n=$((n + 1)); done; echo $n`;
      return Number(text((await world.run(script, { user: "controller" })).stdout));
    },
  };
  return world;
}

export function failsWith(failure: SandboxError["failure"]): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof SandboxError && thrown.failure === failure;
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
