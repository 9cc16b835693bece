import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gradeLogs, type LogGrades } from "../../src/grade/gradeLogs.js";
import { findLogs } from "../../src/grade/savedLogs.js";
import { agreementText, gradeRows } from "../../src/grade/summary.js";
import { loadGroundTruth } from "../../src/grade/truth.js";
import { gradeLog, gradeTests } from "../../src/grade/verdict.js";
import { writeReports } from "../../src/grade/writeReports.js";
import { logParserNamed } from "../../src/parsers/registry.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-grade-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, content);
  return path;
}

const jsonl = (...values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");

const INSTANCE = {
  instance_id: "x__y-1",
  problem_statement: "It breaks.",
  FAIL_TO_PASS: '["t.py::fixed"]',
  PASS_TO_PASS: ["t.py::kept"],
  log_parser: "parse_log_pytest",
};

const START = "+ : '>>>>> Start Test Output'\n";
const END = "+ : '>>>>> End Test Output'\n";
const GOOD = "PASSED t.py::fixed\nPASSED t.py::kept\n";

function logOf(tests: string): string {
  return `+ git apply -v -\n${START}${tests}${END}+ git checkout\n`;
}

function record(log: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { source: "s", run: "r", instance_id: "x__y-1", patch: "diff", test_output: log, report: null, ...more };
}

function report(resolved: boolean, f2p: readonly string[][], p2p: readonly string[][]): unknown {
  const lists = ([success, failure]: readonly string[][]) => ({ success, failure });
  return { "x__y-1": { resolved, tests_status: { FAIL_TO_PASS: lists(f2p), PASS_TO_PASS: lists(p2p) } } };
}

async function graded(
  records: readonly unknown[],
  options: { instanceLists?: boolean; skipBad?: boolean } = {},
): Promise<LogGrades> {
  const truths = await loadGroundTruth([await file("instances.jsonl", jsonl(INSTANCE))]);
  const { logs } = await findLogs([await file("logs.jsonl", jsonl(...records))]);
  return gradeLogs(logs, truths, { signal: new AbortController().signal, skipBad: false, ...options });
}

const LISTS = { failToPass: ["t.py::fixed"], passToPass: ["t.py::kept"] };
const pytest = logParserNamed("pytest");

describe("gradeLog", () => {
  it("is resolved where every test of both lists passed", () => {
    expect(gradeLog(logOf(GOOD), LISTS, pytest)).toEqual({
      resolved: true,
      failToPass: { passed: ["t.py::fixed"], failed: [] },
      passToPass: { passed: ["t.py::kept"], failed: [] },
      applied: true,
    });
  });

  it.each([
    ["a failure", GOOD.replace("PASSED t.py::kept", "FAILED t.py::kept")],
    ["a test that is not there", "PASSED t.py::kept\n"],
    ["a skipped test", GOOD.replace("PASSED t.py::fixed", "SKIPPED t.py::fixed")],
    ["an error after the pass", `${GOOD}ERROR t.py::fixed\n`],
  ])("is not resolved with %s", (_, tests) => {
    const verdict = gradeLog(logOf(tests), LISTS, pytest);
    expect(verdict.resolved).toBe(false);
    expect(verdict.applied).toBe(true);
    expect(verdict.failToPass.failed.length + verdict.passToPass.failed.length).toBe(1);
  });

  it("counts an expected failure as passed", () => {
    expect(gradeLog(logOf(GOOD.replace("PASSED t.py::fixed", "XFAIL t.py::fixed")), LISTS, pytest).resolved).toBe(true);
  });

  it.each([
    ["the patch does not apply", false, `>>>>> Patch Apply Failed:\n${logOf(GOOD)}`],
    ["the patch does not apply", false, ">>>>> Patch Apply Failed"],
    ["the repository could not be installed", false, ">>>>> Init Failed"],
    ["the tests timed out", true, `${logOf(GOOD)}>>>>> Tests Timed Out after 1800 seconds`],
    ["the tests timed out", true, `${START}${GOOD}\n\nTimeout error: 1800 seconds exceeded.`],
    ["the log ends before the tests do", true, `${START}${GOOD}`],
    ["no test's outcome is in the log", true, logOf("Segmentation fault\n")],
    ["no test's outcome is in the log", true, ""],
  ])("says why nothing passed: %s", (reason, applied, log) => {
    const verdict = gradeLog(log, LISTS, pytest);
    expect(verdict).toMatchObject({ resolved: false, applied, reason });
    expect(verdict.failToPass).toEqual({ passed: [], failed: ["t.py::fixed"] });
  });

  it("reads all of a log without marks", () => {
    expect(gradeLog(GOOD, LISTS, pytest).resolved).toBe(true);
  });

  it("takes the last mark of each: an end printed by a test hides nothing that comes after it", () => {
    const forged = `${GOOD}${END}FAILED t.py::kept\n`;
    expect(gradeLog(logOf(forged), LISTS, pytest).resolved).toBe(false);
    expect(gradeLog(`PASSED t.py::fixed\n${logOf("PASSED t.py::kept\n")}`, LISTS, pytest).resolved).toBe(false);
  });

  it("a patch that applied at the second attempt has applied", () => {
    const log = `>>>>> Patch Apply Failed\n>>>>> Applied Patch\n${logOf(GOOD)}`;
    expect(gradeLog(log, LISTS, pytest).resolved).toBe(true);
  });
});

describe("gradeTests", () => {
  it("resolves nothing without a listed test", () => {
    expect(gradeTests(new Map([["a", "passed"]]), { failToPass: [], passToPass: [] }).resolved).toBe(false);
  });
});

describe("ground truth", () => {
  it("takes lists as JSON text or lists, the parser by name or repository, and leaves out what has none", async () => {
    const path = await file(
      "a.jsonl.gz",
      gzipSync(
        jsonl(INSTANCE, { instance_id: "x__y-2", FAIL_TO_PASS: [], repo: "sympy/sympy" }, { instance_id: "x__y-3" }),
      ),
    );
    const truths = await loadGroundTruth([path, path]);
    expect([...truths.keys()]).toEqual(["x__y-1", "x__y-2"]);
    expect(truths.get("x__y-1")).toMatchObject({ failToPass: ["t.py::fixed"], passToPass: ["t.py::kept"] });
    expect(truths.get("x__y-2")?.logParser).toBe("sympy");
  });

  it.each([
    ["FAIL_TO_PASS", { ...INSTANCE, FAIL_TO_PASS: "t.py::fixed" }],
    ["PASS_TO_PASS", { ...INSTANCE, PASS_TO_PASS: [1] }],
    ["log_parser", { ...INSTANCE, log_parser: 3 }],
    ["instance_id", { ...INSTANCE, instance_id: "" }],
  ])("names the field that is wrong: %s", async (field, value) => {
    await expect(loadGroundTruth([await file("a.jsonl", jsonl(INSTANCE, value))])).rejects.toThrow(
      `a.jsonl:2: ${field}`,
    );
  });

  it("refuses two definitions of an instance", async () => {
    const other = { ...INSTANCE, PASS_TO_PASS: [] };
    await expect(loadGroundTruth([await file("a.jsonl", jsonl(INSTANCE, other))])).rejects.toThrow(/x__y-1 differs/);
  });
});

describe("gradeLogs", () => {
  it("names rollouts by source and run; equal repeats are one, unequal ones are told apart", async () => {
    const bad = logOf(GOOD.replace("PASSED", "FAILED"));
    const one = await graded([record(logOf(GOOD)), record(bad), record(logOf(GOOD)), record(bad, { run: "q" })]);
    const ids = one.grades.map(({ line }) => line.rolloutId);
    expect(ids).toEqual([
      "s#q",
      expect.stringMatching(/^s#r~[0-9a-f]{8}$/),
      expect.stringMatching(/^s#r~[0-9a-f]{8}$/),
    ]);
    const other = await graded([record(bad, { run: "q" }), record(bad), record(logOf(GOOD))]);
    expect(other.grades).toEqual(one.grades);
  });

  it("judges a log on the ids that its report names, or on the instance's where asked", async () => {
    const old = record(logOf(GOOD), { report: report(false, [["t.py::fixed"], []], [["t.py::kept"], ["t.py::gone"]]) });
    const byReport = await graded([old]);
    expect(byReport.grades[0]?.line).toMatchObject({ resolved: false, passToPass: { failed: ["t.py::gone"] } });
    expect(byReport.agreement).toEqual({ reports: 1, differences: [] });
    const byInstance = await graded([old], { instanceLists: true });
    expect(byInstance.grades[0]?.line.resolved).toBe(true);
  });

  it("never judges on nothing because a report names nothing", async () => {
    const empty = record(logOf("FAILED t.py::fixed\n"), { report: report(true, [[], []], [[], []]) });
    expect((await graded([empty])).grades[0]?.line).toMatchObject({
      resolved: false,
      failToPass: { failed: ["t.py::fixed"] },
    });
  });

  it("says where it differs from a report", async () => {
    const wrong = record(logOf(GOOD), { report: report(false, [["t.py::fixed"], []], [[], ["t.py::kept"]]) });
    const lied = record(logOf("FAILED t.py::fixed\n"), {
      run: "l",
      report: report(true, [["t.py::fixed"], []], [["t.py::kept"], []]),
    });
    const { agreement } = await graded([wrong, lied]);
    expect(agreement.differences.map(({ difference }) => difference)).toEqual([
      "not resolved, but there; 2 tests passed only there (t.py::fixed)",
      "resolved, not so there; 1 tests passed only here (t.py::kept)",
    ]);
    expect(agreementText(agreement)[0]).toBe("0 of 2 grades agree with the harness's own report, test by test");
  });

  it("stops at a record that can't be read and an unsupported parser", async () => {
    await expect(graded([record(logOf(GOOD)), record("", { test_output: 3 })])).rejects.toThrow(
      /logs.jsonl:2: test_output/,
    );
    await expect(graded([record(logOf(GOOD), { instance_id: "x__y-9" })])).rejects.toThrow(/x__y-9/);
    const some = await graded([record(logOf(GOOD), { instance_id: "x__y-9" }), record(logOf(GOOD))]);
    expect([some.grades.length, some.unknownInstances]).toEqual([1, ["x__y-9"]]);
    const { grades, problems } = await graded([record(logOf(GOOD)), record("", { test_output: 3 })], { skipBad: true });
    expect([grades.length, problems.length]).toEqual([1, 1]);
    const truths = await loadGroundTruth([
      await file("i.jsonl", jsonl({ ...INSTANCE, log_parser: "parse_log_axios" })),
    ]);
    const { logs } = await findLogs([await file("logs.jsonl", jsonl(record(logOf(GOOD))))]);
    const run = gradeLogs(logs, truths, { signal: new AbortController().signal, skipBad: false });
    await expect(run).rejects.toThrow(/parse_log_axios: not supported/);
  });

  it("grades an empty log: nothing ran", async () => {
    expect((await graded([record("")])).grades[0]?.line).toMatchObject({
      resolved: false,
      reason: "no test's outcome is in the log",
    });
  });

  it("reads the folders that the harness writes", async () => {
    await file("run/model/x__y-1/test_output.txt", logOf(GOOD));
    await file("run/model/x__y-1/patch.diff", "diff");
    await file(
      "run/model/x__y-1/report.json",
      JSON.stringify(report(true, [["t.py::fixed"], []], [["t.py::kept"], []])),
    );
    await file("run/model/x__y-1/run_instance.log", "started");
    const truths = await loadGroundTruth([await file("instances.jsonl", jsonl(INSTANCE))]);
    const { logs, others } = await findLogs([join(folder, "run")]);
    const { grades, agreement } = await gradeLogs(logs, truths, {
      signal: new AbortController().signal,
      skipBad: false,
    });
    expect(others).toEqual([]);
    expect(grades.map(({ line, patch }) => [line.rolloutId, line.resolved, patch])).toEqual([
      ["model/x__y-1/test_output.txt", true, "diff"],
    ]);
    expect(agreement).toEqual({ reports: 1, differences: [] });
  });
});

describe("writeReports", () => {
  it("writes one object, or a folder a rollout", async () => {
    const { grades } = await graded([
      record(logOf(GOOD), { source: "a/b" }),
      record("", { test_output: ">>>>> Patch Apply Failed", patch: null }),
    ]);
    await expect(writeReports(join(folder, "all.json"), grades)).rejects.toThrow(/several rollouts of x__y-1/);
    expect(await writeReports(join(folder, "reports"), grades)).toBe(2);
    const read = async (path: string) => JSON.parse(await readFile(join(folder, path), "utf8"));
    expect(await read("reports/a__b#r/x__y-1/report.json")).toEqual({
      "x__y-1": {
        patch_is_None: false,
        patch_exists: true,
        patch_successfully_applied: true,
        resolved: true,
        tests_status: {
          FAIL_TO_PASS: { success: ["t.py::fixed"], failure: [] },
          PASS_TO_PASS: { success: ["t.py::kept"], failure: [] },
          FAIL_TO_FAIL: { success: [], failure: [] },
          PASS_TO_FAIL: { success: [], failure: [] },
        },
      },
    });
    await writeReports(join(folder, "one.json"), grades.slice(1));
    expect((await read("one.json"))["x__y-1"]).toMatchObject({
      patch_is_None: true,
      patch_exists: false,
      patch_successfully_applied: false,
      resolved: false,
    });
  });

  it("gives ids that would share a folder one each", async () => {
    const { grades } = await graded([
      record(logOf(GOOD), { source: "a/b" }),
      record(logOf(GOOD), { source: "a__b" }),
      record(logOf(GOOD), { source: "..", run: null }),
    ]);
    expect(await writeReports(join(folder, "reports"), grades)).toBe(3);
    const { logs } = await findLogs([join(folder, "logs.jsonl")]);
    expect(logs.length).toBe(1);
    const names = await readdir(join(folder, "reports"));
    expect(names.sort()).toEqual([
      "_",
      expect.stringMatching(/^a__b#r-[0-9a-f]{8}$/),
      expect.stringMatching(/^a__b#r-[0-9a-f]{8}$/),
    ]);
  });
});

describe("gradeRows", () => {
  it("counts rollouts and instances", async () => {
    const { grades } = await graded([record(logOf(GOOD)), record(logOf("FAILED t.py::fixed\n"), { run: "q" })]);
    const { rows, total } = gradeRows(grades.map(({ line }) => line));
    expect(rows).toEqual([
      ["x__y-1", "s#q", "—", "0/1", "0/1", ""],
      ["x__y-1", "s#r", "resolved", "1/1", "1/1", ""],
    ]);
    expect(total).toBe("1 of 2 rollouts resolved; 1 of 1 instances");
  });
});
