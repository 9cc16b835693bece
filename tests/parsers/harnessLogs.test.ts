import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainLines } from "../../src/parsers/lines.js";
import { LOG_PARSERS, logParserNamed, logParserOf } from "../../src/parsers/registry.js";

function outcomes(parser: string, log: string): Record<string, string> {
  return Object.fromEntries(logParserNamed(parser)(log)?.tests ?? []);
}

describe("the log of pytest", () => {
  const LOG = `t/test_a.py::test_verbose PASSED                                  [  3%]
t/test_a.py::test_late PASSED                                     [  6%]
FAILED inner.py::test_of_a_test - assert 0
=========================== short test summary info ============================
PASSED t/test_a.py::test_one
PASSED t/test_a.py::test_torn
PASSED t/test_a.py::test_cut[a b]
PASSED [100%]
SKIPPED [2] t/test_a.py:12: no library
SKIPPED t/test_a.py::test_skipped
XFAIL t/test_a.py::test_expected - known
XPASS t/test_a.py::test_better than expected
ERROR t/test_a.py::test_torn - RuntimeError at teardown
FAILED t/test_a.py::test_two - AssertionError: PASSED t/test_a.py::test_two
FAILED t/test_a.py::test_late
== 2 failed in 0.1s ==
PASSED
`;

  it("reads the summary and verbose lines, the last status of an id", () => {
    expect(outcomes("parse_log_pytest", LOG)).toEqual({
      "t/test_a.py::test_verbose": "passed",
      "t/test_a.py::test_late": "failed",
      "inner.py::test_of_a_test": "failed",
      "t/test_a.py::test_one": "passed",
      "t/test_a.py::test_torn": "error",
      "t/test_a.py::test_cut[a": "passed",
      "[100%]": "passed",
      "t/test_a.py::test_skipped": "skipped",
      "t/test_a.py::test_expected": "passed",
      "t/test_a.py::test_better": "passed",
      "t/test_a.py::test_two": "failed",
    });
  });

  it.each(["astropy", "flask", "scikit", "seaborn", "sphinx", "xarray"])("%s is the same, coloured or not", (name) => {
    const coloured = LOG.replaceAll("PASSED", "\u001b[32mPASSED\u001b[0m").replaceAll(
      "t/test",
      "\u001b[1mt/test\u001b[0m",
    );
    expect(outcomes(name, coloured)).toEqual(outcomes("pytest", LOG));
    expect(outcomes(name, LOG.replaceAll("\n", "\r\n"))).toEqual(outcomes("pytest", LOG));
  });

  it("takes no word in the middle of a line for a status", () => {
    expect(
      logParserNamed("pytest")("it was PASSED on\n  PASSED t.py::a\nPASSEDt.py::b\nt.py::c NOTPASSED\n"),
    ).toBeNull();
  });

  it.each(["requests", "pylint"])("%s: of a parameter that is a path only the last part is in the id", (name) => {
    const log = [
      "PASSED t.py::test[/tmp/deep/file.py]",
      "PASSED t.py::test[//host/share]",
      "PASSED t.py::test[/glob/*.py]",
      "PASSED t.py::test[plain/path]",
      "PASSED t.py::test[cut",
    ].join("\n");
    expect(Object.keys(outcomes(name, log))).toEqual([
      "t.py::test[/file.py]",
      "t.py::test[//host/share]",
      "t.py::test[/glob/*.py]",
      "t.py::test[plain/path]",
      "t.py::test[cut",
    ]);
  });

  it("matplotlib: mouse buttons are numbers in the lists", () => {
    expect(outcomes("matplotlib", "PASSED t.py::test[MouseButton.LEFT-MouseButton.RIGHT]\n")).toEqual({
      "t.py::test[1-3]": "passed",
    });
  });
});

describe("the log of Django's runner", () => {
  it("reads names, docstrings and a status below printed text", () => {
    const log = `test_a (pkg.Case) ... ok
test_b (pkg.Case)
A sentence ... with dots. ... FAIL
test_c (pkg.Case) ... printed
and more
ok
test_d (pkg.Case) ... skipped 'no database'
test_e (pkg.Case) ... expected failure
test_f (pkg.Case) ... unexpected success
test_g (pkg.Case) ... ERROR
  Applying sites.0002_unique...test_h (pkg.Case) ... ok
test_k (pkg.Case)
Some words (in brackets) ... ok
test_i (pkg.Case) ... ok
test_j (pkg.Case) ... says
ok
but then
FAIL

======================================================================
FAIL: test_i (pkg.Case) (case=3)
----------------------------------------------------------------------
Traceback
FAIL: test_a (pkg.Case)
OK
`;
    expect(outcomes("django", log)).toEqual({
      "test_a (pkg.Case)": "passed",
      "A sentence ... with dots.": "failed",
      "test_c (pkg.Case)": "passed",
      "test_d (pkg.Case)": "skipped",
      "test_e (pkg.Case)": "passed",
      "test_f (pkg.Case)": "failed",
      "test_g (pkg.Case)": "error",
      "Applying sites.0002_unique...test_h (pkg.Case)": "passed",
      "test_h (pkg.Case)": "passed",
      "Some words (in brackets)": "passed",
      "test_i (pkg.Case)": "failed",
      "test_j (pkg.Case)": "failed",
    });
  });

  it("a failing subtest leaves neither its own test nor the next one with a status", () => {
    const log = "test_a (pkg.Case) ... test_b (pkg.Case) ... ok\ntest_c (pkg.Case) ... ok\n";
    const read = outcomes("django", log);
    expect(read["test_a (pkg.Case)"]).toBeUndefined();
    expect(read["test_b (pkg.Case)"]).toBeUndefined();
    expect(read["test_c (pkg.Case)"]).toBe("passed");
  });

  it("a test that was cut off has no status, whatever the end of the run says", () => {
    const log = "test_a (pkg.Case) ... ok\ntest_b (pkg.Case) ... \n\nOK\n";
    expect(outcomes("django", log)).toEqual({ "test_a (pkg.Case)": "passed" });
  });
});

describe("the log of sympy's runner", () => {
  it("reads bare names; a file's last test counts only under a name that has no other line", () => {
    const log = `sympy/core/tests/test_a.py[6]
test_one ok
test_two F
test_three f
test_slow /some/file.py:1: Warning ok
test_twin F
test_last ok                                                              [FAIL]
sympy/core/tests/test_b.py[2]
test_four E
test_twin ok                                                                [OK]
___ sympy/core/tests/test_a.py:test_two ___
test_one was here
`;
    expect(outcomes("sympy", log)).toEqual({
      test_one: "passed",
      test_two: "failed",
      test_three: "passed",
      test_slow: "passed",
      test_twin: "failed",
      test_last: "passed",
      test_four: "error",
    });
  });
});

describe("every log parser", () => {
  const names = Object.keys(LOG_PARSERS) as (keyof typeof LOG_PARSERS)[];

  it.each(names)("%s takes any text", (name) => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom("PASSED ", "test_a", " (b.C)", " ... ", "ok", "\n", "[", "=====", "FAIL: ", "\u001b[3"),
        ),
        (parts) => {
          for (const outcome of LOG_PARSERS[name](parts.join(""))?.tests.values() ?? [])
            expect(outcome).toMatch(/^[a-z]+$/);
        },
      ),
    );
  });

  it.each(names)("%s needs time in proportion to the log, one line or many", (name) => {
    const pieces = ["a", " ", "PASSED ", "test_a ok ", "test_a (b.C) ... ", "w.x(", "=", "\u001b["];
    for (const piece of pieces) {
      const started = performance.now();
      LOG_PARSERS[name](piece.repeat(4_000_000 / piece.length));
      LOG_PARSERS[name](`${piece}\n`.repeat(400_000 / piece.length));
      LOG_PARSERS[name](`test_${piece.repeat(1_000_000 / piece.length)} ... x`);
      expect(performance.now() - started, JSON.stringify(piece)).toBeLessThan(4000);
    }
  });
});

describe("names of log parsers", () => {
  it("are refused where no parser is known, with the nearest", () => {
    expect(() => logParserNamed("parse_log_djang")).toThrow(/not supported/);
    expect(() => logParserNamed("parse_log_djang")).toThrow(
      expect.objectContaining({ hint: "did you mean django?", exitCode: 2 }),
    );
    expect(() => logParserNamed("constructor")).toThrow(/not supported/);
  });

  it("follow from the repository", () => {
    expect(logParserOf("django/django")).toBe("django");
    expect(logParserOf("someone/else")).toBeNull();
    expect(logParserOf("toString")).toBeNull();
  });
});

describe("plainLines", () => {
  it("gives the lines of a text without colours", () => {
    expect([...plainLines("a\r\n\u001b[1mb\u001b[0m\n\nc")]).toEqual(["a", "b", "", "c"]);
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z ]*$/)), (lines) => {
        expect([...plainLines(lines.join("\n"))]).toEqual(lines.join("\n").split("\n"));
      }),
    );
  });
});
