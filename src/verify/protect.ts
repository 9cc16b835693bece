// Puts tests and what steers them back as they are on base, and out of the tested user's reach: a patch must not grade itself.
import { posix } from "node:path";
import { TEST_CONFIGURATION_NAME } from "../patch/kinds.js";
import { type Sandbox, SandboxError } from "../sandbox/sandbox.js";
import { quote } from "../sandbox/shellText.js";
import { control } from "./control.js";
import { isMixedConfiguration, withBaseTestSections } from "./testSections.js";

/** Attributes of base decide how base's files are written, where git knows the word (2.41 and newer). */
const FROM_BASE = { GIT_ATTR_SOURCE: "HEAD" };
const MAX_CONFIGURATION_BYTES = 4 * 1024 * 1024;

/** What differs from base in a tree. */
export interface Changes {
  readonly paths: ReadonlySet<string>;
  /** Why the tree can't be used: a changed link that leads out of it. */
  readonly refusal: string | null;
}

/** What is done between the patch, or the last command of tested code, and the next command. */
export interface PutBack {
  /** Paths that the patch names: git doesn't tell of changes that the repository ignores. */
  readonly touched: readonly string[];
  /** What differed from base before tested code ran: tracked files that differ now and didn't are put back. Null: it hasn't run. */
  readonly before: Changes | null;
  /** Files that bestk wrote itself. */
  readonly own: readonly string[];
}

/**
 * Test configuration as on base: files that only steer tests are put back or removed, others keep all but their test
 * sections. Of bestk's own tests, compiled forms are removed, for Python would take them for the files themselves.
 */
export async function putBackConfiguration(
  sandbox: Sandbox,
  { touched, before, own }: PutBack,
  signal: AbortSignal,
): Promise<Changes> {
  const compiled = [...new Set(own.map((file) => quote(`./${posix.join(posix.dirname(file), "__pycache__")}`)))];
  const clean = compiled.length === 0 ? "" : `rm -rf -- ${compiled.join(" ")}; `;
  const status = await control(sandbox, `${clean}git status --porcelain=v2 -z --untracked-files=all`, signal);
  if (status.exitCode !== 0) throw new SandboxError("other", "git can't tell what changed in the sandbox");
  const entries = entriesOf(Buffer.from(status.stdout).toString("utf8")).filter(({ path }) => !own.includes(path));
  const paths = new Set([...entries.map(({ path }) => path), ...touched]);
  const links = entries.filter(({ mayBeLink }) => mayBeLink).map(({ path }) => path);
  const since = entries.filter(({ path, tracked }) => tracked && before !== null && !before.paths.has(path));
  const back = [...paths].filter((path) => TEST_CONFIGURATION_NAME.test(posix.basename(path)));
  for (const path of paths) {
    if (isMixedConfiguration(path) && !(await mendConfiguration(sandbox, path, signal))) back.push(path);
  }
  const refusal = links.length === 0 ? null : await linkOut(sandbox, links, signal);
  await restore(sandbox, [...back, ...since.map(({ path }) => path)], signal);
  return { paths, refusal };
}

interface Entry {
  readonly path: string;
  readonly tracked: boolean;
  readonly mayBeLink: boolean;
}

/** Records of `git status --porcelain=v2 -z`. */
function entriesOf(text: string): Entry[] {
  return text.split("\0").flatMap((record): Entry[] => {
    if (record.startsWith("? ")) return [{ path: record.slice(2), tracked: false, mayBeLink: true }];
    const fields = { "1": 8, u: 10 }[record[0] ?? ""];
    if (fields === undefined) return [];
    const words = record.split(" ");
    const mode = words[record[0] === "1" ? 5 : 6];
    return [{ path: words.slice(fields).join(" "), tracked: true, mayBeLink: mode === "120000" }];
  });
}

/** False if the file must be put back whole. */
async function mendConfiguration(sandbox: Sandbox, path: string, signal: AbortSignal): Promise<boolean> {
  const patched = await sandbox.readFile(path, MAX_CONFIGURATION_BYTES, signal);
  if (patched === null) return false;
  const shown = await control(sandbox, `git show HEAD:${quote(path)}`, signal);
  const base = shown.exitCode === 0 ? Buffer.from(shown.stdout).toString("utf8") : null;
  const text = Buffer.from(patched).toString("utf8");
  const mended = withBaseTestSections(path, base, text);
  if (mended === null) return false;
  if (mended !== text) await sandbox.writeFiles([{ path, content: mended }], signal);
  return true;
}

async function linkOut(sandbox: Sandbox, paths: readonly string[], signal: AbortSignal): Promise<string | null> {
  const command = `top=$(pwd -P)
for f in ${paths.map((path) => quote(`./${path}`)).join(" ")}; do
  [ -L "$f" ] || continue
  case "$(readlink -f "$f")/" in "$top"/.git/*) echo "$f" ;; "$top"/*) ;; *) echo "$f" ;; esac
done`;
  const out = Buffer.from((await control(sandbox, command, signal)).stdout)
    .toString("utf8")
    .trim();
  return out === "" ? null : `${JSON.stringify(out.split("\n")[0])} is a link out of the repository`;
}

/** Files as on base; what base doesn't have is removed. */
async function restore(sandbox: Sandbox, paths: readonly string[], signal: AbortSignal): Promise<void> {
  if (paths.length > 0) await control(sandbox, `${RESTORE}\n${each(paths, "back")}`, signal, FROM_BASE);
}

const RESTORE = `back() {
  git --literal-pathspecs checkout -q HEAD -- "$1" 2>/dev/null && return
  git --literal-pathspecs ls-tree -r --name-only HEAD -- "$1" 2>/dev/null | grep -q . || rm -rf -- "./$1"
}`;

/**
 * Test files as on base (`restored`; else as bestk wrote them), the controller's own and read-only to the tested user, with
 * the configuration in the folders above them. Those folders become the controller's too: tests may make new files there,
 * and not swap these.
 */
export async function protectTests(
  sandbox: Sandbox,
  files: readonly string[],
  restored: boolean,
  signal: AbortSignal,
): Promise<void> {
  const paths = files.map((file) => file.split("::")[0] as string).filter((path) => path !== "" && path !== ".");
  if (paths.length === 0) return;
  const script = `${RESTORE}\n${OWN}\n${restored ? each(paths, "back") : ""}\n${each(paths, "keep")}`;
  await control(sandbox, script, signal, FROM_BASE);
}

/** Where the controller is no user of its own (the process sandbox) chown fails or changes nothing. */
const OWN = `own() { [ -f "$1" ] && [ ! -L "$1" ] && chown 0:0 "$1" 2>/dev/null && chmod go-w "$1"; }
keep() {
  if [ -d "$1" ] && [ ! -L "$1" ]; then
    find "$1" -type f ! -user 0 -exec chown 0:0 {} + 2>/dev/null
    find "$1" -type d -exec chown 0:0 {} + -exec chmod 1777 {} + 2>/dev/null
  else own "$1"; fi
  d=$1
  while d=$(dirname "$d") && [ "$d" != / ]; do
    for n in conftest.py pytest.ini .pytest.ini tox.ini setup.cfg pyproject.toml package.json __init__.py; do own "$d/$n"; done
    [ "$d" = . ] && break
    [ -L "$d" ] || { chown 0:0 "$d" 2>/dev/null && chmod 1777 "$d"; }
  done
}`;

function each(paths: readonly string[], what: string): string {
  return `for f in ${paths.map(quote).join(" ")}; do ${what} "$f"; done`;
}
