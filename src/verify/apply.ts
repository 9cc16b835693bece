// Applies a candidate patch by a ladder of ways, from a clean tree each time: a half-applied attempt must not count.
import { type ExecResult, type Sandbox, SandboxError } from "../sandbox/sandbox.js";
import { quote } from "../sandbox/shellText.js";

export const APPLY_STRATEGIES = ["git-apply", "git-apply-3way", "patch-fuzz"] as const;

export type ApplyStrategy = (typeof APPLY_STRATEGIES)[number];

/** Which way worked, or what each said. */
export type ApplyResult =
  | { readonly applied: true; readonly strategy: ApplyStrategy }
  | {
      readonly applied: false;
      readonly attempts: readonly { readonly strategy: ApplyStrategy; readonly output: string }[];
    };

const APPLY_TIMEOUT_MS = 120_000;

/** bestk's own files live in `.git`, where neither the tested code nor a test run looks. */
const CONTROL_FOLDER = ".git/bestk";
const PATCH_FILE = `${CONTROL_FOLDER}/candidate.patch`;

/** Read through HOME, which every version of git honours for `safe.directory`; hooks, filters and monitors are off. */
const GIT_CONFIG = `[safe]
\tdirectory = *
[core]
\thooksPath = /dev/null
\tfsmonitor = false
\tautocrlf = false
\tattributesFile = /dev/null
[user]
\tname = bestk
\temail = bestk@localhost
`;

const COMMANDS: Readonly<Record<ApplyStrategy, string>> = {
  "git-apply": `git apply --whitespace=nowarn ${PATCH_FILE}`,
  "git-apply-3way": `git apply --whitespace=nowarn --3way ${PATCH_FILE}`,
  // --forward: without it `patch` takes a half-applied patch for a reversed one and reverts it (exit 0).
  "patch-fuzz": `patch -p1 --batch --forward --fuzz=5 --no-backup-if-mismatch --reject-file=- --input=${PATCH_FILE}`,
};

/** Makes the tree as it stands the base of every later reset: images may carry uncommitted edits. */
export async function snapshotBase(sandbox: Sandbox, signal: AbortSignal): Promise<void> {
  await sandbox.writeFiles([{ path: `${CONTROL_FOLDER}/.gitconfig`, content: GIT_CONFIG }], signal);
  const result = await control(sandbox, "git add -A && git commit -q --no-verify --allow-empty -m base", signal);
  if (result.exitCode !== 0) {
    throw new SandboxError("other", `the repository in ${sandbox.workdir} can't be committed: ${textOf(result)}`);
  }
}

/** Applies a normalised patch. Needs `snapshotBase` before. A patch that doesn't apply is a result, not an error. */
export async function applyPatch(sandbox: Sandbox, patch: string, signal: AbortSignal): Promise<ApplyResult> {
  await sandbox.writeFiles([{ path: PATCH_FILE, content: patch }], signal);
  const attempts: { strategy: ApplyStrategy; output: string }[] = [];
  for (const strategy of APPLY_STRATEGIES) {
    const danger = strategy === "patch-fuzz" ? dangerOf(patch) : null;
    if (danger !== null) {
      attempts.push({ strategy, output: `not tried: ${danger}` });
      continue;
    }
    const result = await control(sandbox, COMMANDS[strategy], signal);
    if (result.exitCode === 0) return { applied: true, strategy };
    attempts.push({ strategy, output: textOf(result).slice(0, 2000) });
    await control(sandbox, "git reset -q --hard HEAD && git clean -fdq", signal);
  }
  return { applied: false, attempts };
}

/** Puts test files back as they are on base, whatever the patch made of them. */
export async function restoreFiles(sandbox: Sandbox, files: readonly string[], signal: AbortSignal): Promise<void> {
  if (files.length === 0) return;
  const list = files.map(quote).join(" ");
  await control(sandbox, `for f in ${list}; do git checkout -q HEAD -- "$f" 2>/dev/null || true; done`, signal);
}

const HEADER = /^\s*(?:(?:---|\+\+\+|\*\*\*|diff|rename|copy)\s|index:)/i;

/**
 * What git refuses and `patch` does: writing into `.git`, whose settings and hooks would then run as the controller, and
 * through a link. Judged by every line that could be a header, so that no reading of the patch can get around it.
 */
function dangerOf(patch: string): string | null {
  for (const line of patch.split("\n")) {
    if (/^\s*(?:old|new|new file|deleted file) mode 120000/.test(line)) return "the patch makes or changes a link";
    if (!HEADER.test(line)) continue;
    const name = line.replace(/\\([0-3][0-7]{2})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
    if (/[\s":/]\.git(?:["/\s]|$)/i.test(name)) return "the patch names a file in .git";
  }
  return null;
}

function control(sandbox: Sandbox, command: string, signal: AbortSignal): Promise<ExecResult> {
  const env = { HOME: `${sandbox.workdir}/${CONTROL_FOLDER}`, GIT_CONFIG_NOSYSTEM: "1", LC_ALL: "C" };
  return sandbox.exec({ command, env, timeoutMs: APPLY_TIMEOUT_MS, user: "controller" }, signal);
}

function textOf(result: ExecResult): string {
  return [result.stdout, result.stderr]
    .map((bytes) => Buffer.from(bytes).toString("utf8").trim())
    .filter(Boolean)
    .join("\n");
}
