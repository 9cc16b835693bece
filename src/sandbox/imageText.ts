// What is run in a container that becomes an image, and what the image says of itself.
import { OWNER_LABEL } from "./owner.js";
import { handOverTree, PREPARED_LABEL, quote, TESTED_UID } from "./shellText.js";

export function emptyFolder(workdir: string): string {
  return `mkdir -p ${quote(workdir)} && [ -z "$(ls -A ${quote(workdir)})" ]`;
}

/**
 * Makes HEAD and the files agree after set-up, so that a reset between attempts neither undoes set-up nor removes what
 * it built; file times alone decide what git looks at, since owners and inodes change with every container.
 */
export function settle(workdir: string): string {
  return [
    "set -e",
    `cd ${quote(workdir)}`,
    "git config core.checkStat minimal",
    "git config core.trustctime false",
    "git config core.filemode true",
    "mkdir -p .git/info",
    "git ls-files --others --exclude-standard --directory | sed 's|^|/|' >>.git/info/exclude",
    'git diff --quiet HEAD || git commit --quiet --all --no-verify --message "set-up"',
    handOverTree(workdir),
    "git update-index -q --refresh || true",
  ].join("\n");
}

/**
 * Fresh containers would each compile what they import again. Python takes a compiled file for good only where time and
 * size of its source are as they were: what a patch or a test changes is compiled anew. Files that don't compile (tests of
 * syntax errors, templates) are as they were; a repository without Python has nothing to compile.
 */
export function compilePython(workdir: string): string {
  return [
    `cd ${quote(workdir)}`,
    "python=$(command -v python || command -v python3) || exit 0",
    "[ -n \"$(git ls-files '*.py' | head -n 1)\" ] || exit 0",
    '"$python" -m compileall -q . >/dev/null 2>&1 || true',
  ].join("\n");
}

export function commitChanges(workdir: string): string[] {
  return [
    'CMD ["/bin/sh"]',
    `WORKDIR ${workdir}`,
    `LABEL ${OWNER_LABEL}=""`,
    `LABEL ${PREPARED_LABEL}="${TESTED_UID}"`,
  ];
}
