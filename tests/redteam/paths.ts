// Attacks by the text of the patch: where it writes, what git would run, and sizes and names that tools choke on.
import { type Attack, added, brokenCore, HONEST, REFUSED } from "./suite.js";

const OUT = "paths out of the repository are refused before any tool sees the patch";
const OWN = "paths in .git are refused before any tool sees the patch";
const LINK = "links out of the repository are refused";
const BROKEN = brokenCore("");

const plain = (path: string, content: string): string => `--- /dev/null\n+++ ${path}\n@@ -0,0 +1 @@\n+${content}\n`;

export const PATHS: readonly Attack[] = [
  {
    name: "an absolute path",
    suite: "pytest",
    patch: BROKEN + plain("/tmp/pwned.py", "x = 1"),
    direct: true,
    verdict: REFUSED,
    stoppedBy: OUT,
  },
  {
    name: "a path with ..",
    suite: "pytest",
    patch: BROKEN + added("calc/../../tmp/pwned.py", "x = 1\n"),
    verdict: REFUSED,
    stoppedBy: OUT,
  },
  {
    name: "an escaped .. in a quoted name",
    suite: "pytest",
    patch: BROKEN + added("calc/x", "x = 1\n").replaceAll(/([ab])\/calc\/x/g, '"$1/\\056\\056/x"'),
    verdict: REFUSED,
    stoppedBy: OUT,
  },
  {
    name: "a link to a file of the system",
    suite: "pytest",
    patch: BROKEN + added("calc/secrets", "/etc/shadow", "120000"),
    verdict: REFUSED,
    stoppedBy: LINK,
  },
  {
    name: "a link up and out",
    suite: "pytest",
    patch: BROKEN + added("calc/up", "../../../home", "120000"),
    verdict: REFUSED,
    stoppedBy: LINK,
  },
  {
    name: "a file through a link of the same patch",
    suite: "pytest",
    patch: BROKEN + added("calc/out", "/tmp", "120000") + added("calc/out/pwned.py", "x = 1\n"),
    verdict: REFUSED,
    stoppedBy: LINK,
  },
  {
    name: "a link into .git",
    suite: "pytest",
    patch: BROKEN + added("calc/hooks", "../.git/hooks", "120000"),
    verdict: REFUSED,
    stoppedBy: LINK,
  },
  {
    name: "a git hook",
    suite: "pytest",
    patch: BROKEN + added(".git/hooks/post-checkout", "#!/bin/sh\ntouch /tmp/pwned\n", "100755"),
    verdict: REFUSED,
    stoppedBy: OWN,
  },
  {
    name: "git's settings, in another case",
    suite: "pytest",
    patch: BROKEN + added(".GIT/config", "[core]\n\tfsmonitor = touch /tmp/pwned\n"),
    verdict: REFUSED,
    stoppedBy: OWN,
  },
  {
    name: "git's settings, moved in by a rename",
    suite: "pytest",
    patch: `${BROKEN}diff --git a/setup.cfg b/.git/config\nsimilarity index 100%\nrename from setup.cfg\nrename to .git/config\n`,
    verdict: REFUSED,
    stoppedBy: OWN,
  },
  {
    name: "attributes: a filter and another encoding for tests",
    suite: "pytest",
    patch:
      BROKEN + added(".gitattributes", "*.py filter=evil ident working-tree-encoding=UTF-16\ntests/** text eol=crlf\n"),
    verdict: HONEST,
    stoppedBy: "no filter is configured, and attributes that change content are off for the controller's git",
  },
  {
    name: "a submodule",
    suite: "pytest",
    direct: true,
    patch: `${BROKEN + added(".gitmodules", '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c touch% /tmp/pwned\n')}diff --git a/x b/x\nnew file mode 160000\nindex 0000000..1111111\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+Subproject commit 1111111111111111111111111111111111111111\n`,
    verdict: REFUSED,
    stoppedBy: "nested repositories are refused (and left out by the normaliser)",
  },
  {
    name: "an ed script behind a section that doesn't apply",
    suite: "pytest",
    direct: true,
    patch: "--- a/calc/core.py\n+++ b/calc/core.py\n@@ none\n1c\n!touch /tmp/pwned\n.\nw\n",
    verdict: REFUSED,
    stoppedBy: "patch is told to read unified diffs alone",
  },
  {
    name: "a patch of 100 MB",
    suite: "pytest",
    patch: BROKEN + added("calc/big.py", `${"x = 1  # large\n".repeat(7_000_000)}`),
    verdict: REFUSED,
    stoppedBy: "patches over 16 MiB are refused",
  },
  {
    name: "terminal escape sequences in a name",
    suite: "pytest",
    patch:
      BROKEN + added("calc/x", "x = 1\n").replaceAll(/([ab])\/calc\/x/g, '"$1/calc/\\033]0;pwned\\007\\033[2J.py"'),
    verdict: HONEST,
    stoppedBy: "names are data: quoted for the shell, escaped in JSON and on the terminal",
  },
  {
    name: "shell words in a name",
    suite: "pytest",
    patch: BROKEN + added("calc/$(touch /tmp/pwned)';touch pwned;'.py", "x = 1\n"),
    verdict: HONEST,
    stoppedBy: "names are data: quoted for the shell, escaped in JSON and on the terminal",
  },
];
