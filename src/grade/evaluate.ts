// Runs an instance's own evaluation script on a patched tree. It installs and resets test files, so it can't be the unprivileged
// user's: it runs as the sandbox's root, in a sandbox that is used for nothing else and of which only this log is read.
import type { ExecResult, Sandbox } from "../sandbox/sandbox.js";
import { START_MARK } from "./harnessLog.js";
import type { GroundTruth } from "./truth.js";
import { gradeLog, notResolved, parserOf, unknownVerdict, type Verdict } from "./verdict.js";

/** The harness's own limit. */
export const EVALUATION_SECONDS = 1800;

const SCRIPT = ".git/bestk/eval.sh";
const MAX_LOG_BYTES = 64 * 1024 * 1024;
const INSTALLS = /^\s*(?:(?:python[\d.]*|uv) (?:-m )?)?(?:pip[\d.]* install|setup\.py (?:develop|install))\b/;
const BARE_CHECKOUT = /^git checkout [0-9a-f]{40}\s*$/;

/** What came of an evaluation; the log is all that the script wrote, null where it did not run. */
export interface Evaluation {
  readonly verdict: Verdict;
  readonly log: string | null;
}

/**
 * Evaluates the tree as it stands. `secret` is new for each call. A failed install step says nothing about the patch: unknown.
 * Throws SandboxError where the machine fails.
 */
export async function evaluate(
  sandbox: Sandbox,
  truth: GroundTruth & { readonly evalScript: string },
  secret: string,
  signal: AbortSignal,
): Promise<Evaluation> {
  const parser = parserOf(truth);
  const mark = `>>>>> bestk: install failed ${secret}`;
  await sandbox.writeFiles([{ path: SCRIPT, content: watchedScript(truth.evalScript, mark), mode: 0o755 }], signal);
  const command = `bash ${SCRIPT} 2>&1`;
  const timeoutMs = EVALUATION_SECONDS * 1000;
  const request = { command, timeoutMs, maxOutputBytes: MAX_LOG_BYTES, user: "controller" } as const;
  const result = await sandbox.exec(request, signal);
  const log = `${decode(result.stdout)}${decode(result.stderr)}`;
  if (log.slice(0, log.lastIndexOf(START_MARK) + 1 || undefined).includes(mark)) {
    return { verdict: unknownVerdict(`an install step of the evaluation script failed: ${lastWords(log, mark)}`), log };
  }
  const reason = endOf(result);
  return { verdict: reason === null ? gradeLog(log, truth, parser) : notResolved(truth, reason, true), log };
}

/**
 * The script with its install steps watched. A `git checkout <base>` without a path, which is there where the test patch only adds
 * files, is left out: it would drop what the image holds beyond the base commit.
 */
export function watchedScript(script: string, mark: string): string {
  const start = script.indexOf(START_MARK);
  let offset = 0;
  const lines = script.split("\n").map((line) => {
    const isBefore = start === -1 || offset < start;
    offset += line.length + 1;
    if (BARE_CHECKOUT.test(line)) return `: ${line}`;
    return isBefore && INSTALLS.test(line) && !line.endsWith("\\") ? `${line} || echo '${mark}'` : line;
  });
  return lines.join("\n");
}

function endOf(result: ExecResult): string | null {
  if (result.oom) return "the tests ran out of memory";
  if (result.timedOut) return "the tests timed out";
  return result.truncated ? "the log is longer than what is kept" : null;
}

function lastWords(log: string, mark: string): string {
  const before = log.slice(0, log.indexOf(mark)).trimEnd().split("\n");
  return (before.filter((line) => /error/i.test(line)).at(-1) ?? before.at(-1) ?? "").slice(0, 300);
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
