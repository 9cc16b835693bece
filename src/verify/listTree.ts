// What a repository holds at base, as far as choosing its tests needs it: paths, and the lines that import something.
import { type Sandbox, SandboxError } from "../sandbox/sandbox.js";

/** Plain data. Paths are relative to the workdir, sorted. */
export interface Tree {
  readonly files: readonly string[];
  /** Lines of Python and JavaScript files that import something, by path; a parenthesised list goes on over lines. */
  readonly imports: ReadonlyMap<string, readonly string[]>;
}

const LIST_MS = 120_000;
const MAX_BYTES = 64 * 1024 * 1024;
const PRUNE =
  "\\( -name .git -o -name node_modules -o -name site-packages -o -name __pycache__ -o -name .tox -o -name .venv \\) -prune -o -type f";
const SOURCES = ["py", "js", "cjs", "mjs", "jsx", "ts", "cts", "mts", "tsx"].map((end) => `-name '*.${end}'`);

/** `\\047` is a single quote. A line is cut: what stands behind 400 characters names no module. */
const IMPORT_LINES = `FNR == 1 { open = 0; named = 0 }
function show() { if (!named) { print "\\001" FILENAME; named = 1 } print substr($0, 1, 400) }
FILENAME ~ /\\.py$/ {
  if (open) { show(); if (index($0, ")")) open = 0; next }
  if ($0 ~ /^[ \\t]*(from[ \\t]+[.A-Za-z_]|import[ \\t]+[A-Za-z_])/) {
    show(); if (index($0, "(") && !index($0, ")")) open = 1
  }
  next
}
/(from|import|require)[ \\t]*[(]?[ \\t]*["\\047]/ { show() }`;

/** Reads the tree of a fresh sandbox; runs none of its code. */
export async function listTree(sandbox: Sandbox, signal: AbortSignal): Promise<Tree> {
  const files = await ask(sandbox, `find . ${PRUNE} -print0`, signal);
  const some = `find . ${PRUNE} \\( ${SOURCES.join(" -o ")} \\) -size -2048k -print0`;
  const imports = await ask(sandbox, `${some} | LC_ALL=C xargs -0 awk '${IMPORT_LINES}' /dev/null`, signal);
  return {
    files: files
      .split("\0")
      .filter((path) => path !== "")
      .map(plain)
      .sort(),
    imports: new Map(
      imports
        .split("\u0001")
        .slice(1)
        .map((part) => {
          const [path = "", ...lines] = part.split("\n");
          return [plain(path), lines.filter((line) => line !== "")];
        }),
    ),
  };
}

async function ask(sandbox: Sandbox, command: string, signal: AbortSignal): Promise<string> {
  const request = { command, timeoutMs: LIST_MS, maxOutputBytes: MAX_BYTES, user: "controller" } as const;
  const result = await sandbox.exec(request, signal);
  if (result.exitCode === 0 && !result.truncated) return Buffer.from(result.stdout).toString("utf8");
  const said = result.truncated ? "too many files" : Buffer.from(result.stderr).toString("utf8").trim().slice(0, 500);
  throw new SandboxError("other", `the files in ${sandbox.workdir} can't be listed: ${said}`);
}

function plain(path: string): string {
  return path.replace(/^\.\//, "");
}
