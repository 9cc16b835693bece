// Python's unittest with a structured report, which printing can't change; as text, for it runs in the sandbox.

/**
 * For `python3 -c SCRIPT REPORT NAME…`, Python 3.4 and newer: runs `python3 -m unittest -v NAME…` and writes JUnit XML. Test ids are
 * `test_x (module.Class)`, as in the log of every version. What it needs is imported before the repository's folder is
 * on the path, so that a file there named like a library can't take its place.
 */
export const UNITTEST_SCRIPT = `import os, sys
here, path = os.path.realpath(os.getcwd()), sys.path[1:]
sys.path[:] = [entry for entry in path if not os.path.realpath(entry).startswith(here)]
import re, unittest
from xml.sax.saxutils import quoteattr
sys.path[:] = [os.getcwd()] + path
report, names, cases = sys.argv[1], sys.argv[2:], []

def name_of(test):
    test = getattr(test, "test_case", test)
    method = getattr(test, "_testMethodName", "runTest")
    if method == "runTest":
        return str(test)
    return "%s (%s.%s)" % (method, type(test).__module__, type(test).__qualname__)

class Result(unittest.TextTestResult):
    def note(self, test, kind):
        if type(test).__name__ == "_FailedTest":
            cases.append((test._testMethodName, "collection"))
        else:
            cases.append((name_of(test), kind))
    def addSuccess(self, test):
        super(Result, self).addSuccess(test)
        self.note(test, "passed")
    def addError(self, test, err):
        super(Result, self).addError(test, err)
        self.note(test, "error")
    def addFailure(self, test, err):
        super(Result, self).addFailure(test, err)
        self.note(test, "failure")
    def addSkip(self, test, reason):
        super(Result, self).addSkip(test, reason)
        self.note(test, "skipped")
    def addExpectedFailure(self, test, err):
        super(Result, self).addExpectedFailure(test, err)
        self.note(test, "passed")
    def addUnexpectedSuccess(self, test):
        super(Result, self).addUnexpectedSuccess(test)
        self.note(test, "failure")
    def addSubTest(self, test, subtest, err):
        super(Result, self).addSubTest(test, subtest, err)
        if err is not None:
            self.note(test, "failure" if issubclass(err[0], test.failureException) else "error")

def attribute(text):
    return quoteattr(re.sub("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]", "?", text))

def write():
    count = lambda *kinds: sum(kind in kinds for _, kind in cases)
    head = '<testsuites name="unittest" tests="%d" failures="%d" errors="%d" skipped="%d">'
    lines = [head % (len(cases), count("failure"), count("error", "collection"), count("skipped"))]
    for name, kind in cases:
        inner = {"passed": "", "collection": '<error message="collection failure"/>'}.get(kind, "<%s/>" % kind)
        lines.append('<testcase classname="" name=%s>%s</testcase>' % (attribute(name), inner))
    lines.append("</testsuites>")
    with open(report + ".part", "w", encoding="utf-8") as file:
        file.write("\\n".join(lines))
    os.replace(report + ".part", report)

class Runner(unittest.TextTestRunner):
    resultclass = Result
    def run(self, test):
        result = super(Runner, self).run(test)
        write()
        return result

unittest.main(module=None, argv=["python3 -m unittest", "-v"] + names, testRunner=Runner)
`;
