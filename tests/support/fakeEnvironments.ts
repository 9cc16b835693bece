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
  /** Called before each sandbox is opened; may throw. */
  readonly onOpen?: (opened: number) => void;
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
    prepare: async (task) => ({
      key: `environment of ${task.instanceId}`,
      open: async () => {
        opened += 1;
        options.onOpen?.(opened);
        return fakeSandbox((patch) => verified.push(patch), options.onWrite ?? (() => {}));
      },
    }),
  };
}

export function engineGone(): SandboxError {
  return new SandboxError("engine-gone", "the engine is gone");
}

function fakeSandbox(onTested: (patch: string) => void, onWrite: (path: string, content: string) => void): Sandbox {
  let patch = "";
  let applied = "";
  let report = "";
  let reported = false;
  return {
    workdir: "/testbed",
    exec: async ({ command, user }) => {
      if (user === "tested") {
        if (!reported) onTested(applied);
        reported = true;
        report = command.includes("regression") ? regressionReport(applied) : generatedReport(applied);
        return result(report.includes("<failure") ? 1 : 0);
      }
      if (!command.startsWith("git apply") && !command.startsWith("patch ")) return result(0);
      if (patch.includes("REFUSED")) return result(1);
      applied = patch;
      return result(0);
    },
    writeFiles: async (files: readonly SandboxFile[]) => {
      for (const { path, content } of files) {
        onWrite(path, String(content));
        if (path.endsWith("candidate.patch")) patch = String(content);
      }
    },
    readFile: async () => Buffer.from(report),
    killAll: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

function regressionReport(patch: string): string {
  return junit([
    ["r1", true],
    ["r2", !patch.includes("BREAK")],
  ]);
}

function generatedReport(patch: string): string {
  return junit([["g", patch.includes("RIGHT")]]);
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
