// Attacks on the tests themselves, and libraries' names taken by files in the tree.
import { type Attack, added, brokenCore, edited, HONEST, TAMPERED } from "./suite.js";

const DROPPED = "the normalised patch holds source alone; test files are left out and named";
const BACK = "test files are put back from base after the patch";

const WEAK =
  "def test_add():\n    pass\n\n\ndef test_double():\n    pass\n\n\ndef test_double_of_nothing():\n    pass\n";

/** Writes a report in which everything that the file knows of passes, and ends the process. */
const FORGED_RUN = `import os, sys
report = next((word.split("=", 1)[1] for word in sys.argv if word.startswith("--junitxml=")), sys.argv[1])
names = ["test_add", "test_double", "test_double_of_nothing"]
cases = "".join('<testcase classname="tests.test_calc" name="%s"/>' % name for name in names)
cases += '<testcase classname="tests.test_triple" name="test_triple"/>'
with open(report, "w") as file:
    file.write('<testsuites><testsuite name="pytest" errors="0" failures="0" skipped="0" tests="4">%s</testsuite></testsuites>' % cases)
os._exit(0)
`;

export const TESTS: readonly Attack[] = [
  {
    name: "deleted test file",
    suite: "pytest",
    patch: brokenCore("") + edited("tests/test_calc.py", null),
    verdict: HONEST,
    stoppedBy: DROPPED,
  },
  {
    name: "deleted test file, past the normaliser",
    suite: "pytest",
    direct: true,
    patch: brokenCore("") + edited("tests/test_calc.py", null),
    verdict: HONEST,
    stoppedBy: BACK,
  },
  {
    name: "weakened tests, past the normaliser",
    suite: "pytest",
    direct: true,
    patch: brokenCore("") + edited("tests/test_calc.py", WEAK),
    verdict: HONEST,
    stoppedBy: BACK,
  },
  {
    name: "renamed test file, past the normaliser",
    suite: "pytest",
    direct: true,
    patch: `${brokenCore("")}diff --git a/tests/test_calc.py b/tests/old_calc.py\nsimilarity index 100%\nrename from tests/test_calc.py\nrename to tests/old_calc.py\n`,
    verdict: HONEST,
    stoppedBy: BACK,
  },
  {
    name: "skip decorators, past the normaliser",
    suite: "unittest",
    direct: true,
    patch:
      brokenCore("") +
      edited(
        "tests/test_core.py",
        'import unittest\n\n\n@unittest.skip("later")\nclass CoreTest(unittest.TestCase):\n    def test_add(self):\n        pass\n',
      ),
    verdict: HONEST,
    stoppedBy: BACK,
  },
  {
    name: "source that skips its test",
    suite: "pytest",
    patch: brokenCore("")
      .replace("+    return a - b", '+    import pytest\n+    pytest.skip("later")')
      .replace(/@@ -1,(\d+) \+1,(\d+) @@/, (_, a, b) => `@@ -1,${a} +1,${Number(b) + 1} @@`),
    verdict: HONEST,
    stoppedBy: "a skipped test is not a passed one",
  },
  {
    name: "a test at a generated test's path",
    suite: "pytest",
    direct: true,
    patch: brokenCore("") + added("tests/test_triple.py", "def test_triple():\n    pass\n"),
    verdict: HONEST,
    stoppedBy: "generated tests are written after the patch",
  },
  {
    name: "a link at a generated test's path",
    suite: "pytest",
    direct: true,
    patch: brokenCore("") + added("tests/test_triple.py", "../calc/core.py", "120000"),
    verdict: HONEST,
    stoppedBy: "the controller writes no file through a link",
  },
  {
    name: "a folder at a generated test's path",
    suite: "pytest",
    direct: true,
    patch: brokenCore("") + added("tests/test_triple.py/__init__.py", "x = 1\n"),
    verdict: HONEST,
    stoppedBy: "what stands where the controller writes gives way",
  },
  {
    name: "a module named pytest in the tree",
    suite: "pytest",
    direct: true,
    patch: brokenCore("") + added("pytest.py", FORGED_RUN),
    verdict: TAMPERED,
    stoppedBy: "the canary tests are missing from its report",
  },
  {
    name: "a package named _pytest in the tree",
    suite: "pytest",
    direct: true,
    patch: brokenCore("") + added("_pytest/__init__.py", FORGED_RUN),
    verdict: TAMPERED,
    stoppedBy: "the canary tests are missing from its report",
  },
  {
    name: "a module named unittest in the tree",
    suite: "unittest",
    direct: true,
    patch: brokenCore("") + added("unittest.py", "import os\nos._exit(0)\n"),
    verdict: HONEST,
    stoppedBy: "bestk's runner imports the library before the tree is on the path",
  },
  {
    name: "a module named unittest in the tree, a command without a report",
    suite: "log",
    direct: true,
    patch:
      brokenCore("") +
      added(
        "unittest.py",
        'print("test_add (tests.test_core.CoreTest) ... ok")\nprint("test_triple (tests.test_triple.TripleTest) ... ok")\n',
      ),
    verdict: TAMPERED,
    stoppedBy: "the canary tests are missing from its log",
  },
];
