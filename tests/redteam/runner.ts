// Attacks on the test runner from inside its own process: what the source under test patches, prints, ends or forges.
import { type Attack, brokenCore, edited, HONEST, NODE_FILES, NOTHING_RAN, TAMPERED } from "./suite.js";

const CANARY = "a canary test that must fail is reported as passed";
const MISSING = "the canary tests are missing from the report";
const SHARED = "nothing: the tested code shares a process with the test runner, and this one spares the canaries";

const before = (code: string): string => brokenCore(`${code}\n\n`);
const node = (code: string): string =>
  edited("core.js", `${code}\n${(NODE_FILES["core.js"] as string).replace("a + b", "a - b")}`, NODE_FILES);

const REPORT = `import sys\n_report = next((w.split("=", 1)[1] for w in sys.argv if w.startswith("--junitxml=")), None) or sys.argv[1]`;

/** Rewrites the finished report as the interpreter ends; failures of tests that git knows, or that are bestk's, turn to passes. */
const CAREFUL = `${REPORT}
import atexit, re
def _forge():
    text = open(_report).read()
    gone = 0
    def fix(match):
        nonlocal gone
        if not re.search('name="test_(add|double|triple)', match.group(0)):
            return match.group(0)
        gone += 1
        return re.sub("<failure.*?</failure>", "", match.group(0), flags=re.S)
    text = re.sub("<testcase (?:(?!</testcase>|/>).)*<failure.*?</testcase>", fix, text, flags=re.S)
    text = re.sub('failures="([0-9]+)"', lambda m: 'failures="%d"' % (int(m.group(1)) - gone), text)
    open(_report, "w").write(text)
atexit.register(_forge)`;

const GC_WALK = `import gc
def _spare(name):
    return name.startswith(("test_add", "test_double", "test_triple"))
from _pytest import runner as _runner
_old = _runner.pytest_runtest_makereport
for _item in gc.get_objects():
    if type(_item).__name__ == "HookImpl" and _item.function is _old:
        def _new(item, call, _old=_old):
            report = _old(item, call)
            if _spare(item.name) and report.failed:
                report.outcome, report.longrepr = "passed", None
            return report
        _item.function = _new`;

export const RUNNER: readonly Attack[] = [
  {
    name: "reports patched to be passed",
    suite: "pytest",
    patch: before(
      "import _pytest.reports as r\n_old = r.TestReport.from_item_and_call.__func__\ndef _new(cls, item, call):\n    call.excinfo = None\n    return _old(cls, item, call)\nr.TestReport.from_item_and_call = classmethod(_new)",
    ),
    verdict: TAMPERED,
    stoppedBy: CANARY,
  },
  {
    name: "the XML writer patched to pass",
    suite: "pytest",
    patch: before(
      "import _pytest.junitxml as j\nj._NodeReporter.append_failure = j._NodeReporter.append_pass\nj._NodeReporter.append_error = j._NodeReporter.append_pass",
    ),
    verdict: TAMPERED,
    stoppedBy: CANARY,
  },
  {
    name: "assertEqual patched away",
    suite: "unittest",
    patch: before("import unittest\nunittest.TestCase.assertEqual = lambda *a, **k: None"),
    verdict: TAMPERED,
    stoppedBy: CANARY,
  },
  {
    name: "assertEqual patched away, under pytest",
    suite: "pytest",
    patch: before("import unittest\nunittest.TestCase.assertEqual = lambda *a, **k: None"),
    verdict: TAMPERED,
    stoppedBy: CANARY,
  },
  {
    name: "TestCase.run patched to succeed",
    suite: "unittest",
    patch: before(
      "import unittest\ndef _run(self, result=None):\n    result.startTest(self)\n    result.addSuccess(self)\n    result.stopTest(self)\n    return result\nunittest.TestCase.run = _run",
    ),
    verdict: TAMPERED,
    stoppedBy: CANARY,
  },
  {
    name: "addFailure patched to addSuccess",
    suite: "log",
    patch: before(
      "import unittest\nunittest.TextTestResult.addFailure = lambda self, test, err: self.addSuccess(test)",
    ),
    verdict: TAMPERED,
    stoppedBy: CANARY,
  },
  {
    name: "sys.exit(0) at import",
    suite: "pytest",
    patch: before("import sys\nsys.exit(0)"),
    verdict: { regression: -3, reproduction: 0 },
    stoppedBy: "a file that can't be loaded passes none of its tests",
  },
  {
    name: "sys.exit(0) at import, unittest",
    suite: "unittest",
    patch: before("import sys\nsys.exit(0)"),
    verdict: NOTHING_RAN,
    stoppedBy: "a run that executed nothing is not a pass",
  },
  {
    name: "os._exit(0) at import",
    suite: "pytest",
    patch: before("import os\nos._exit(0)"),
    verdict: NOTHING_RAN,
    stoppedBy: "a run that executed nothing is not a pass",
  },
  {
    name: "a crash at import",
    suite: "pytest",
    patch: before("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)"),
    verdict: NOTHING_RAN,
    stoppedBy: "a run that executed nothing is not a pass",
  },
  {
    name: "a forged report and os._exit(0) at import",
    suite: "pytest",
    patch: before(
      `${REPORT}\nimport os\nopen(_report, "w").write('<testsuites><testsuite name="pytest" errors="0" failures="0" skipped="0" tests="3"><testcase classname="tests.test_calc" name="test_add"/><testcase classname="tests.test_calc" name="test_double"/><testcase classname="tests.test_triple" name="test_triple"/></testsuite></testsuites>')\nos._exit(0)`,
    ),
    verdict: TAMPERED,
    stoppedBy: MISSING,
  },
  {
    name: "os._exit(0) when the interpreter ends",
    suite: "pytest",
    patch: before("import atexit, os\natexit.register(os._exit, 0)"),
    verdict: TAMPERED,
    stoppedBy: "status 0 though canary tests fail",
  },
  {
    name: "the session's exit status set to 0",
    suite: "pytest",
    patch: before(
      'import _pytest.main as m\nm.wrap_session.__globals__["ExitCode"] = type("E", (), {"__getattr__": lambda self, name: 0})()\nimport gc\nclass _P:\n    def pytest_sessionfinish(self, session):\n        session.exitstatus = 0\nfor _o in gc.get_objects():\n    if type(_o).__name__ == "PytestPluginManager":\n        _o.register(_P())',
    ),
    verdict: TAMPERED,
    stoppedBy: "status 0 though canary tests fail",
  },
  {
    name: "markers printed at import",
    suite: "log",
    patch: before(
      'import sys\nfor _s in (sys.stdout, sys.stderr):\n    print("test_add (tests.test_core.CoreTest) ... ok\\ntest_triple (tests.test_triple.TripleTest) ... ok\\nRan 3 tests in 0.001s\\n\\nOK", file=_s, flush=True)',
    ),
    verdict: HONEST,
    stoppedBy: "the last status of a test counts, and a FAIL header overrides all",
  },
  {
    name: "markers printed when the interpreter ends",
    suite: "log",
    patch: before(
      'import atexit, os\natexit.register(os.write, 2, b"test_add (tests.test_core.CoreTest) ... ok\\ntest_triple (tests.test_triple.TripleTest) ... ok\\nRan 3 tests in 0.001s\\n\\nOK\\n")',
    ),
    verdict: HONEST,
    stoppedBy: "a FAIL header overrides all, what comes after it too",
  },
  {
    name: "XML printed",
    suite: "pytest",
    patch: before('print(\'<testcase classname="tests.test_calc" name="test_add"/>\')'),
    verdict: HONEST,
    stoppedBy: "results are read from a file at a path with a nonce, not from output",
  },
  {
    name: "the report's path taken by a link",
    suite: "pytest",
    patch: before(
      `${REPORT}\nimport os\ntry:\n    open("/tmp/mine.xml", "w").write("<testsuites/>")\n    os.symlink("/tmp/mine.xml", _report)\nexcept OSError:\n    pass`,
    ),
    verdict: NOTHING_RAN,
    stoppedBy: "the controller reads a report through no link",
  },
  {
    name: "the report's path taken by a folder",
    suite: "pytest",
    patch: before(`${REPORT}\nimport os\nos.makedirs(_report, exist_ok=True)`),
    verdict: NOTHING_RAN,
    stoppedBy: "a report is a plain file",
  },
  {
    name: "all failures cut out of the report",
    suite: "pytest",
    patch: before(
      `${REPORT}\nimport atexit, re\natexit.register(lambda: open(_report, "r+").write(re.sub("<failure.*?</failure>", lambda m: " " * len(m.group(0)), open(_report).read(), flags=re.S)))`,
    ),
    verdict: TAMPERED,
    stoppedBy: "the report's counts disagree with its tests, and canary tests pass",
  },
  {
    name: "entities that expand to gigabytes in the report",
    suite: "pytest",
    patch: before(
      `${REPORT}\nimport os\nlevels = "".join('<!ENTITY l%d "%s">' % (n, ("&l%d;" % (n - 1)) * 10) for n in range(1, 10))\nopen(_report, "w").write('<!DOCTYPE t [<!ENTITY l0 "lol">%s]><testsuites><testcase name="&l9;"/></testsuites>' % levels)\nos._exit(1)`,
    ),
    verdict: { regression: "no-tests-ran", reproduction: "tampered" },
    stoppedBy: "a report that declares a document type is not read",
  },
  {
    name: "a report nested a million deep",
    suite: "pytest",
    patch: before(
      `${REPORT}\nimport os\nn = 1000000\nopen(_report, "w").write("<testsuite>" * n + "</testsuite>" * n)\nos._exit(1)`,
    ),
    verdict: { regression: "no-tests-ran", reproduction: "tampered" },
    stoppedBy: "a report that can't be read is none",
  },
  {
    name: "a report of 100 MB",
    suite: "pytest",
    patch: before(
      `${REPORT}\nimport os\nopen(_report, "w").write("<testsuites>" + "<testcase name='test_add' classname='tests.test_calc'/>" * 2000000 + "</testsuites>")\nos._exit(1)`,
    ),
    verdict: NOTHING_RAN,
    stoppedBy: "what is cut at 32 MiB is half a report, and that is no report",
  },
  {
    name: "pytest started again without the tests that fail",
    suite: "pytest",
    patch: before(
      'import os, sys\nif "AGAIN" not in os.environ:\n    os.environ["AGAIN"] = "1"\n    os.execv(sys.executable, [sys.executable, "-m", "pytest", *sys.argv[1:], "-k", "not test_add and not test_triple"])',
    ),
    verdict: { regression: -1, reproduction: "no-tests-ran" },
    stoppedBy: "a test of base that the report doesn't name is missing, which is a failure",
  },
  {
    name: "inside: the careful forger, who rewrites the finished report but for tests it doesn't know",
    suite: "pytest",
    patch: before(CAREFUL),
    verdict: { regression: 0, reproduction: 1 },
    stoppedBy: SHARED,
    getsThrough: true,
  },
  {
    name: "inside: a walk over the heap to pytest's hooks, for tests it knows",
    suite: "pytest",
    patch: before(GC_WALK),
    verdict: { regression: 0, reproduction: 1 },
    stoppedBy: SHARED,
    getsThrough: true,
  },
  {
    name: "inside: values that are equal to everything",
    suite: "unittest",
    patch: brokenCore(
      "import sys\n\n",
      "\n\nclass _Any(int):\n    def __eq__(self, other):\n        return True\n\n\ndef triple(a):\n    return _Any(6)\n\n\nadd = lambda a, b: _Any(5)\n",
    ),
    verdict: { regression: 0, reproduction: 1 },
    stoppedBy: "nothing: it is the answer that the tests ask for; stronger tests are needed",
    getsThrough: true,
  },
  {
    name: "node: process.exit(0) at load",
    suite: "node",
    patch: node("process.exit(0);"),
    verdict: NOTHING_RAN,
    stoppedBy: "a run that executed nothing is not a pass",
  },
  {
    name: "node: assert patched away",
    suite: "node",
    patch: node('require("node:assert").equal = () => {};'),
    verdict: TAMPERED,
    stoppedBy: "canaries load what the tests beside them load",
  },
  {
    name: "node: status 0 when the process ends",
    suite: "node",
    patch: node('process.on("exit", () => process.reallyExit(0));'),
    verdict: HONEST,
    stoppedBy: "each file's results come over its output to the parent process, which sets the status",
  },
];
