// The small suites that hostile patches are tried on, and how such a patch is written.
import { createTwoFilesPatch } from "diff";
import type { UnavailableReason } from "../../src/core/signal.js";
import type { Task } from "../../src/core/types.js";

/** How the suite is run: `log` is unittest by a command that writes no report, so that the log is all there is. */
export type SuiteName = "pytest" | "unittest" | "log" | "node";

type Verdict = number | UnavailableReason;

/** A hostile patch. All but few break `add` (one regression test) and leave `triple` wrong, and try to hide it. */
export interface Attack {
  readonly name: string;
  readonly suite: SuiteName;
  readonly patch: string;
  /** Given to the verifier as it is, past the normaliser that would leave the hostile files out. */
  readonly direct?: boolean;
  readonly timeoutSeconds?: number;
  /** True verdict: an honest one is one new failure and no generated test passed. */
  readonly verdict: { readonly regression: Verdict; readonly reproduction: Verdict };
  /** A race against bestk: a signal may also be as if nothing had been tried, or `no-tests-ran` for half a report. */
  readonly races?: boolean;
  readonly stoppedBy: string;
  /** It does get its way: said in docs/security.md. */
  readonly getsThrough?: boolean;
}

export const HONEST = { regression: -1, reproduction: 0 } as const;
export const TAMPERED = { regression: "tampered", reproduction: "tampered" } as const;
export const NOTHING_RAN = { regression: "no-tests-ran", reproduction: "no-tests-ran" } as const;
export const REFUSED = { regression: "patch-failed", reproduction: "patch-failed" } as const;

const CORE =
  "def add(a, b):\n    return a + b\n\n\ndef double(a):\n    return a * 2\n\n\ndef triple(a):\n    return a * 2\n";

const UNITTEST = `import unittest

from calc.core import add, double


class CoreTest(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(2, 3), 5)

    def test_double(self):
        self.assertEqual(double(2), 4)

    def test_double_of_nothing(self):
        self.assertEqual(double(0), 0)
`;

const PYTEST = `from calc.core import add, double


def test_add():
    assert add(2, 3) == 5


def test_double():
    assert double(2) == 4


def test_double_of_nothing():
    assert double(0) == 0
`;

export const PYTHON_FILES: Readonly<Record<string, string>> = {
  "calc/__init__.py": '"""Sums."""\n',
  "calc/core.py": CORE,
  "tests/__init__.py": '"""Tests."""\n',
  "tests/test_calc.py": PYTEST,
  "tests/test_core.py": UNITTEST,
  "setup.cfg": "[metadata]\nname = calc\n\n[tool:pytest]\naddopts = -ra\n",
  "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\n',
};

export const NODE_FILES: Readonly<Record<string, string>> = {
  "core.js": "exports.add = (a, b) => a + b;\nexports.double = (a) => a * 2;\nexports.triple = (a) => a * 2;\n",
  "test/core.test.js":
    'const test = require("node:test");\nconst assert = require("node:assert");\nconst { add, double } = require("../core.js");\n\ntest("add", () => assert.equal(add(2, 3), 5));\ntest("double", () => assert.equal(double(2), 4));\n',
  "package.json": '{\n  "name": "calc",\n  "scripts": {\n    "test": "node --test"\n  }\n}\n',
};

const GENERATED = {
  pytest: "from calc.core import triple\n\n\ndef test_triple():\n    assert triple(2) == 6\n",
  unittest:
    "import unittest\n\nfrom calc.core import triple\n\n\nclass TripleTest(unittest.TestCase):\n    def test_triple(self):\n        self.assertEqual(triple(2), 6)\n",
  node: 'const test = require("node:test");\nconst assert = require("node:assert");\nconst { triple } = require("../core.js");\n\ntest("triple", () => assert.equal(triple(2), 6));\n',
};

/** The task of a suite. PYTHONPATH makes `sitecustomize` in the tree effective, as some images do. */
export function taskOf(suite: SuiteName, environment: Partial<Task["environment"]>, timeoutSeconds = 40): Task {
  const isNode = suite === "node";
  const runner = isNode ? "node-test" : suite === "pytest" ? "pytest" : "unittest";
  const command = suite === "log" ? "python3 -m unittest -v {files}" : null;
  const content = isNode ? GENERATED.node : suite === "pytest" ? GENERATED.pytest : GENERATED.unittest;
  const file = isNode ? "test/core.test.js" : suite === "pytest" ? "tests/test_calc.py" : "tests/test_core.py";
  const path = isNode ? "test/triple.test.js" : "tests/test_triple.py";
  const env = isNode ? {} : { PYTHONPATH: "/testbed" };
  const place = { image: null, baseImage: null, repository: null, setup: [], workdir: "/testbed", env, ...environment };
  return {
    instanceId: `redteam__${suite}-1`,
    repo: null,
    baseCommit: null,
    issue: "triple() is wrong",
    version: null,
    environment: place,
    regression: { runner, command, files: [file], timeoutSeconds },
    generated: [{ id: "triple", path, content, runner, command, timeoutSeconds }],
  };
}

/** `core.py` with `add` broken and code around it. */
export function brokenCore(before: string, after = ""): string {
  return edited("calc/core.py", `${before}${CORE.replace("a + b", "a - b")}${after}`);
}

/** `core.py` whose `add` is right only if the attack, Python statements, succeeds. */
export function rightIf(attack: string): string {
  const body = attack.split("\n").map((line) => `        ${line}\n`);
  const worked = `def _worked():\n    try:\n${body.join("")}        return True\n    except BaseException:\n        return False\n\n\nWORKED = _worked()\n\n\n`;
  return edited("calc/core.py", `${worked}${CORE.replace("a + b", "a + b if WORKED else a - b")}`);
}

/** Diff of a file of the Python suite (or Node's) to new content; null deletes it. */
export function edited(path: string, content: string | null, files = PYTHON_FILES): string {
  const before = files[path] as string;
  const hunks = createTwoFilesPatch(
    `a/${path}`,
    content === null ? "/dev/null" : `b/${path}`,
    before,
    content ?? "",
    "",
    "",
    {
      context: 3,
    },
  );
  const mode = content === null ? "deleted file mode 100644\n" : "";
  return `diff --git a/${path} b/${path}\n${mode}${hunks.replace(/^=+\n/, "").replace(/^(---|\+\+\+) (.*?)\t$/gm, "$1 $2")}`;
}

export function added(path: string, content: string, mode = "100644"): string {
  const lines = content.split("\n");
  const isWhole = lines.at(-1) === "";
  if (isWhole) lines.pop();
  const body = lines.map((line) => `+${line}\n`).join("");
  const end = isWhole ? "" : "\\ No newline at end of file\n";
  return `diff --git a/${path} b/${path}\nnew file mode ${mode}\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1,${lines.length} @@\n${body}${end}`;
}

/** Statements that make pytest call everything passed, for a plugin or a `conftest.py`. */
export const FORGING_HOOK = `import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    report.outcome = "passed"
    report.longrepr = None
`;
