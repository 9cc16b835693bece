// Commands of the controller in a sandbox: git there must run nothing that the repository or a patch asks for.
import type { ExecResult, Sandbox } from "../sandbox/sandbox.js";

/** bestk's own files live in `.git`, where neither the tested code nor a test run looks. */
export const CONTROL_FOLDER = ".git/bestk";

/**
 * Read through HOME, which every version of git honours (settings by environment came with 2.31): hooks, filters and monitors
 * are off, and renames are told as what they are, a file that goes and one that comes.
 */
export const GIT_CONFIG = `[safe]
\tdirectory = *
[core]
\thooksPath = /dev/null
\tfsmonitor = false
\tautocrlf = false
\tattributesFile = /dev/null
[status]
\trenames = false
[diff]
\trenames = false
[user]
\tname = bestk
\temail = bestk@localhost
`;

/** For `.git/info/attributes`, which has the last word: no `.gitattributes` of a patch changes how files are put back. */
export const GIT_ATTRIBUTES = "* -filter -ident -working-tree-encoding\n";

const TIMEOUT_MS = 120_000;

/** Runs a shell command in the workdir as the controller. A command that fails is a result. */
export function control(
  sandbox: Sandbox,
  command: string,
  signal: AbortSignal,
  env: Readonly<Record<string, string>> = {},
): Promise<ExecResult> {
  const own = { HOME: `${sandbox.workdir}/${CONTROL_FOLDER}`, GIT_CONFIG_NOSYSTEM: "1", LC_ALL: "C" };
  return sandbox.exec({ command, env: { ...own, ...env }, timeoutMs: TIMEOUT_MS, user: "controller" }, signal);
}

/** All that a command said. */
export function textOf(result: ExecResult): string {
  return [result.stdout, result.stderr]
    .map((bytes) => Buffer.from(bytes).toString("utf8").trim())
    .filter(Boolean)
    .join("\n");
}
