// Environments without a machine: a sandbox whose tests answer by words in the applied patch, and that can be made to fail.
import type { Environments } from "../../src/run/environments.js";
import {
  DEFAULT_LIMITS,
  type ExecResult,
  type Sandbox,
  SandboxError,
  type SandboxFile,
} from "../../src/sandbox/sandbox.js";

export interface FakeOptions {
  /** Called before an instance is prepared; may throw. */
  readonly onPrepare?: (instanceId: string) => void;
  /** Called before each sandbox is opened; may throw. What it returns is called before each use of the sandbox. */
  readonly onOpen?: (opened: number) => undefined | (() => void);
  /** Called before each command that runs tests; may throw. */
  readonly onTest?: (patch: string) => void;
  /** Whether a test command reaches the time limit. */
  readonly isLate?: (patch: string, command: string) => boolean;
  /** Regression tests that fail beside those that the patch breaks. */
  readonly alsoFailing?: (patch: string) => readonly string[];
  /** Tests that say something else than they would, by how many sandboxes ran tests on the patch before. */
  readonly changes?: (patch: string, before: number) => readonly string[];
  /** Called for each file that is put into a sandbox. */
  readonly onWrite?: (path: string, content: string) => void;
}

export interface FakeEnvironments extends Environments {
  /** Patches of the sandboxes that ran tests, in order; "" is base. */
  readonly verified: readonly string[];
}

/**
 * Regression tests `r1` and `r2` pass unless the patch says BREAK; the generated test `g` fails unless it says RIGHT; a
 * patch that says REFUSED doesn't apply.
 */
export function fakeEnvironments(options: FakeOptions = {}): FakeEnvironments {
  const verified: string[] = [];
  let opened = 0;
  return {
    sandbox: "fake",
    limits: DEFAULT_LIMITS,
    verified,
    prepare: async (task) => {
      options.onPrepare?.(task.instanceId);
      return {
        key: `environment of ${task.instanceId}`,
        open: async () => {
          opened += 1;
          const onUse = options.onOpen?.(opened) ?? (() => {});
          const onTested = (patch: string): readonly string[] => {
            const before = verified.filter((other) => other === patch).length;
            verified.push(patch);
            return options.changes?.(patch, before) ?? [];
          };
          return fakeSandbox(onTested, options, onUse);
        },
      };
    },
  };
}

export function engineGone(): SandboxError {
  return new SandboxError("engine-gone", "the engine is gone");
}

function fakeSandbox(onTested: (patch: string) => readonly string[], options: FakeOptions, onUse: () => void): Sandbox {
  let patch = "";
  let applied = "";
  let report = "";
  let changes: readonly string[] | null = null;
  return {
    workdir: "/testbed",
    exec: async ({ command, user }) => {
      onUse();
      if (user === "tested") {
        changes ??= onTested(applied);
        options.onTest?.(applied);
        if (options.isLate?.(applied, command) === true) {
          report = "";
          return { ...result(0), exitCode: null, timedOut: true };
        }
        const failing = options.alsoFailing?.(applied) ?? [];
        report = command.includes("regression")
          ? regressionReport(applied, failing, changes)
          : generatedReport(applied, changes);
        return result(report.includes("<failure") ? 1 : 0);
      }
      if (!command.startsWith("git apply") && !command.startsWith("patch ")) return result(0);
      if (patch.includes("REFUSED")) return result(1);
      applied = patch;
      return result(0);
    },
    writeFiles: async (files: readonly SandboxFile[]) => {
      onUse();
      for (const { path, content } of files) {
        options.onWrite?.(path, String(content));
        if (path.endsWith("candidate.patch")) patch = String(content);
      }
    },
    readFile: async () => {
      onUse();
      return Buffer.from(report);
    },
    killAll: async () => onUse(),
    [Symbol.asyncDispose]: async () => {},
  };
}

function regressionReport(patch: string, failing: readonly string[], changes: readonly string[]): string {
  return junit([
    ["r1", !failing.includes("r1") !== changes.includes("r1")],
    ["r2", (!patch.includes("BREAK") && !failing.includes("r2")) !== changes.includes("r2")],
  ]);
}

function generatedReport(patch: string, changes: readonly string[]): string {
  return junit([["g", patch.includes("RIGHT") !== changes.includes("g")]]);
}

function junit(cases: readonly (readonly [string, boolean])[]): string {
  const lines = cases.map(([name, passed]) =>
    passed
      ? `<testcase name="${name}" classname="t"/>`
      : `<testcase name="${name}" classname="t"><failure/></testcase>`,
  );
  return `<testsuites><testsuite name="pytest">${lines.join("")}</testsuite></testsuites>`;
}

function result(exitCode: number): ExecResult {
  const empty = new Uint8Array();
  return { exitCode, stdout: empty, stderr: empty, truncated: false, timedOut: false, oom: false, durationMs: 1 };
}
