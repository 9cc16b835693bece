import { describe, expect, it } from "vitest";
import { parseSympy } from "../../src/parsers/sympy.js";
import { parseUnittest } from "../../src/parsers/unittest.js";

describe("parseUnittest", () => {
  it("reads status on the same line, after a docstring and below printed text", () => {
    const report = parseUnittest(`test_a (pkg.test_m.Case) ... ok
test_b (pkg.test_m.Case.test_b) ... FAIL
test_c (pkg.test_m.Case)
What it is about. ... ok
test_d (pkg.test_m.Case) ... printed by the test
ok
test_e (pkg.test_m.Case) ... skipped 'no library'
test_f (pkg.test_m.Case) ... expected failure
test_g (pkg.test_m.Case) ... unexpected success
test_h (pkg.test_m.Case) ... ok

======================================================================
ERROR: test_h (pkg.test_m.Case)
----------------------------------------------------------------------
`);
    expect(Object.fromEntries(report?.tests ?? [])).toEqual({
      "test_a (pkg.test_m.Case)": "passed",
      "test_b (pkg.test_m.Case)": "failed",
      "test_c (pkg.test_m.Case)": "passed",
      "test_d (pkg.test_m.Case)": "passed",
      "test_e (pkg.test_m.Case)": "skipped",
      "test_f (pkg.test_m.Case)": "passed",
      "test_g (pkg.test_m.Case)": "failed",
      "test_h (pkg.test_m.Case)": "error",
    });
  });

  it("names a module that can't be imported, and leaves out a test without a status", () => {
    const report = parseUnittest(`test_m (unittest.loader._FailedTest) ... ERROR
test_a (pkg.Case) ... 
======================================================================
ERROR: test_m (unittest.loader._FailedTest)
`);
    expect(report?.unloaded).toEqual(["test_m"]);
    expect(report?.tests.size).toBe(0);
  });

  it("is no report without test lines", () => {
    expect(parseUnittest("Traceback (most recent call last):\n  File x")).toBeNull();
  });
});

describe("parseSympy", () => {
  it("ties bare names to their file and reads the last one's [OK]", () => {
    const report = parseSympy(`============================= test process starts ==============================
sympy/core/tests/test_a.py[5] 
test_one ok
test_two F
test_three f
test_xpass X
test_skipped scipy not installed s
test_four ok                                                               [FAIL]
sympy/core/tests/test_b.py[2] 
test_one E
test_two ok                                                                  [OK]
sympy/core/tests/test_c.py[?]   Failed to import                          [FAIL]
`);
    expect(Object.fromEntries(report?.tests ?? [])).toEqual({
      "sympy/core/tests/test_a.py::test_one": "passed",
      "sympy/core/tests/test_a.py::test_two": "failed",
      "sympy/core/tests/test_a.py::test_three": "passed",
      "sympy/core/tests/test_a.py::test_xpass": "passed",
      "sympy/core/tests/test_a.py::test_skipped": "skipped",
      "sympy/core/tests/test_a.py::test_four": "passed",
      "sympy/core/tests/test_b.py::test_one": "error",
      "sympy/core/tests/test_b.py::test_two": "passed",
    });
    expect(report?.unloaded).toEqual(["sympy/core/tests/test_c.py"]);
  });
});
