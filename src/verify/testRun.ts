// One test command in a sandbox: what it was, how it ended, and each test's outcome by the runner's own report.
import type { TestOutcome } from "../core/types.js";
import type { TestReport } from "../parsers/report.js";
import type { ExecResult, Sandbox } from "../sandbox/sandbox.js";
import { commandFor, type Runner, runnerNamed } from "./runners.js";

/** What to run. `files` are relative to the workdir. */
export interface TestCommand {
  readonly runner: string;
  readonly command: string | null;
  readonly files: readonly string[];
  readonly timeoutSeconds: number;
}

/** What came of it. Serialised in the run directory, so plain data. */
export interface TestRun {
  readonly end: "completed" | "timeout" | "oom";
  readonly exitCode: number | null;
  readonly outcomes: Readonly<Record<string, TestOutcome>>;
  /** Test files that failed as a whole. */
  readonly unloaded: readonly string[];
  /** Exit status and report say the same (a failing test and a non-zero status, or neither). */
  readonly consistent: boolean;
  readonly durationMs: number;
}

const MAX_REPORT_BYTES = 32 * 1024 * 1024;

/**
 * Runs the command as the tested user, then ends every process it left. `nonce` names the report's path, which the
 * tested code can't guess beforehand. Returns the run and its raw output.
 */
export async function runTests(
  sandbox: Sandbox,
  test: TestCommand,
  nonce: string,
  signal: AbortSignal,
): Promise<{ run: TestRun; log: string }> {
  const runner = runnerNamed(test.runner);
  const reportPath = `${sandbox.workdir}/.bestk-report-${nonce}.xml`;
  const command = commandFor(runner, test.command, test.files, reportPath);
  const result = await sandbox.exec({ command, timeoutMs: test.timeoutSeconds * 1000, user: "tested" }, signal);
  await sandbox.killAll(signal);
  const output = `${decode(result.stdout)}\n${decode(result.stderr)}`;
  const text = runner.reads === "report" ? await readReport(sandbox, reportPath, signal) : output;
  const report =
    runner.reads === "exit-code" ? exitCodeReport(test.files, result) : text === null ? null : runner.parse(text);
  return { run: toRun(runner, result, report), log: logOf(command, result, runner.reads === "report" ? text : null) };
}

async function readReport(sandbox: Sandbox, path: string, signal: AbortSignal): Promise<string | null> {
  const bytes = await sandbox.readFile(path, MAX_REPORT_BYTES, signal);
  return bytes === null ? null : decode(bytes);
}

function exitCodeReport(files: readonly string[], result: ExecResult): TestReport {
  const id = files.join(" ") || "command";
  return { tests: new Map([[id, result.exitCode === 0 ? "passed" : "failed"]]), unloaded: [] };
}

function toRun(runner: Runner, result: ExecResult, report: TestReport | null): TestRun {
  const outcomes = Object.fromEntries([...(report?.tests ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)));
  const unloaded = [...(report?.unloaded ?? [])].sort();
  const bad =
    unloaded.length > 0 || Object.values(outcomes).some((o) => o === "failed" || o === "error" || o === "timeout");
  return {
    end: result.oom ? "oom" : result.timedOut ? "timeout" : "completed",
    exitCode: result.exitCode,
    outcomes,
    unloaded,
    consistent: runner.reads === "exit-code" || bad === (result.exitCode !== 0),
    durationMs: Math.round(result.durationMs),
  };
}

function logOf(command: string, result: ExecResult, report: string | null): string {
  const end = result.oom ? "out of memory" : result.timedOut ? "time limit" : `exit ${result.exitCode}`;
  const parts = [`$ ${command}`, decode(result.stdout), decode(result.stderr), `[${end}]`];
  if (report !== null) parts.push("[report]", report);
  return parts.filter((part) => part !== "").join("\n");
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
