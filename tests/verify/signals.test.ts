import { describe, expect, it } from "vitest";
import type { TestOutcome } from "../../src/core/types.js";
import {
  flakyTests,
  newFailures,
  outcomeIn,
  passedAgain,
  passedReproductions,
  regressionSignal,
  reproductionSignal,
  reproductionTests,
  stableTests,
} from "../../src/verify/signals.js";
import type { TestRun } from "../../src/verify/testRun.js";

function run(outcomes: Record<string, TestOutcome>, changes: Partial<TestRun> = {}): TestRun {
  const failing = Object.values(outcomes).some((outcome) => outcome === "failed" || outcome === "error");
  return {
    end: "completed",
    exitCode: failing ? 1 : 0,
    outcomes,
    unloaded: [],
    consistent: true,
    tampered: null,
    canaries: 0,
    durationMs: 1,
    ...changes,
  };
}

const unloaded = run({}, { exitCode: 1, unloaded: ["t.js"] });

describe("regression", () => {
  const base = [
    run({ a: "passed", b: "passed", c: "failed", d: "passed" }),
    run({ a: "passed", b: "passed", c: "failed", d: "failed" }),
  ];

  it("counts only tests that passed on every base run", () => {
    expect(stableTests(base)).toEqual(["a", "b"]);
    expect(flakyTests(base)).toEqual(["d"]);
    expect(regressionSignal(base, run({ a: "passed", b: "passed", c: "failed", d: "failed" }))).toEqual({
      status: "ok",
      value: 0,
    });
    expect(regressionSignal(base, run({ a: "failed", b: "passed", c: "passed", d: "passed" }))).toEqual({
      status: "ok",
      value: -1,
    });
  });

  it("takes an absent or a skipped test for a failure", () => {
    expect(newFailures(base, run({ b: "skipped" }))).toEqual(["a", "b"]);
  });

  it.each([
    ["timeout", run({}, { end: "timeout", exitCode: null })],
    ["oom", run({}, { end: "oom", exitCode: 137 })],
    ["no-tests-ran", run({})],
    ["tampered", run({ a: "failed", b: "passed" }, { exitCode: 0, consistent: false })],
  ])("is unavailable for %s, never a number", (reason, candidate) => {
    expect(regressionSignal(base, candidate)).toMatchObject({ status: "unavailable", reason });
  });

  it("says no-tests where nothing passes on base or nothing is named", () => {
    expect(regressionSignal([run({ c: "failed" })], run({ c: "passed" }))).toMatchObject({ reason: "no-tests" });
    expect(regressionSignal(null, null)).toMatchObject({ reason: "no-tests" });
  });

  it("counts a command that fails although each test passed", () => {
    const crashed = run({ a: "passed", b: "passed" }, { exitCode: 139, consistent: false });
    expect(regressionSignal(base, crashed)).toEqual({ status: "ok", value: -1 });
  });

  it("counts a file that can't be loaded by the tests it takes away", () => {
    expect(regressionSignal(base, unloaded)).toEqual({ status: "ok", value: -2 });
  });
});

describe("a test that changes by itself", () => {
  const base = [run({ a: "passed", b: "passed", c: "passed" })];
  const first = run({ a: "failed", b: "failed", c: "failed" });
  const whole = (outcomes: Record<string, TestOutcome>, changes: Partial<TestRun> = {}) => ({
    files: null,
    run: run(outcomes, changes),
  });
  const some = (outcomes: Record<string, TestOutcome>) => ({ files: ["x.py"], run: run(outcomes) });

  it("is one that fails and passes under one and the same command", () => {
    expect(passedAgain(base, first, [])).toEqual([]);
    expect(passedAgain(base, first, [whole({ a: "passed", b: "failed" })])).toEqual(["a"]);
    expect(passedAgain(base, first, [some({ a: "failed", b: "passed" }), some({ a: "passed", b: "passed" })])).toEqual([
      "a",
    ]);
  });

  it("is none that passes only without the tests of other files", () => {
    expect(passedAgain(base, first, [some({ a: "passed" }), whole({ a: "failed" })])).toEqual([]);
  });

  it("is not believed of a run that was stopped or forged", () => {
    const all = { a: "passed", b: "passed", c: "passed" } as const;
    expect(passedAgain(base, first, [whole(all, { end: "timeout", exitCode: null })])).toEqual([]);
    expect(passedAgain(base, first, [whole(all, { tampered: "a canary lies" })])).toEqual([]);
  });

  it("counts for nothing, and what else fails counts", () => {
    expect(regressionSignal(base, first, new Set(["a", "b"]))).toEqual({ status: "ok", value: -1 });
    expect(regressionSignal(base, first, new Set(["a", "b", "c"]))).toEqual({ status: "ok", value: 0 });
  });
});

describe("a time limit", () => {
  const late = (outcomes: Record<string, TestOutcome>) =>
    run(outcomes, { end: "timeout", exitCode: null, consistent: false });

  it("says nothing of a candidate where base reaches it too: what base did reach is compared", () => {
    const base = [late({ a: "passed", b: "passed" }), late({ a: "passed", b: "passed" })];
    expect(regressionSignal(base, late({ a: "passed", b: "passed" }))).toEqual({ status: "ok", value: 0 });
    expect(regressionSignal(base, late({ a: "failed", b: "passed" }))).toEqual({ status: "ok", value: -1 });
    expect(regressionSignal(base, late({ a: "passed" }))).toEqual({ status: "ok", value: -1 });
    expect(regressionSignal(base, late({}))).toMatchObject({ reason: "no-tests-ran" });
    expect(regressionSignal([run({ a: "passed" })], late({ a: "passed" }))).toMatchObject({ reason: "timeout" });
  });

  it("is told from a test that is missing", () => {
    expect(outcomeIn(late({ a: "passed" }), "b")).toBe("timeout");
    expect(outcomeIn(run({ a: "passed" }), "b")).toBe("missing");
  });
});

describe("reproduction", () => {
  const failing = [run({ x: "failed", y: "passed" }), run({ x: "failed", y: "passed" })];

  it("counts tests that fail on base, and only those", () => {
    expect(reproductionTests(failing)).toEqual(["x"]);
    expect(reproductionSignal([{ id: "g", base: failing, run: run({ x: "passed", y: "passed" }) }])).toEqual({
      status: "ok",
      value: 1,
    });
    expect(reproductionSignal([{ id: "g", base: failing, run: run({ x: "failed", y: "passed" }) }])).toEqual({
      status: "ok",
      value: 0,
    });
  });

  it("says no-tests where each passes on base", () => {
    const passing = [run({ x: "passed" })];
    expect(reproductionSignal([{ id: "g", base: passing, run: run({ x: "passed" }) }])).toMatchObject({
      reason: "no-tests",
    });
    expect(reproductionSignal([])).toMatchObject({ reason: "no-tests" });
  });

  it("takes a file that base can't load for one test", () => {
    const base = [unloaded, unloaded];
    expect(reproductionTests(base)).toEqual(["*"]);
    expect(passedReproductions(base, run({ x: "passed", y: "passed" }))).toEqual(["*"]);
    expect(passedReproductions(base, run({ x: "passed", y: "failed" }))).toEqual([]);
    expect(passedReproductions(base, run({}))).toEqual([]);
  });

  it("takes a hang on base for a failure, and a hang on the candidate for none passed", () => {
    const hang = run({}, { end: "timeout", exitCode: null });
    expect(passedReproductions([hang, hang], run({ x: "passed" }))).toEqual(["*"]);
    expect(reproductionSignal([{ id: "g", base: failing, run: hang }])).toMatchObject({ reason: "timeout" });
  });

  it("does not count a report whose failures an exit status hides", () => {
    const forged = run({ x: "passed", y: "failed" }, { exitCode: 0, consistent: false });
    expect(reproductionSignal([{ id: "g", base: failing, run: forged }])).toMatchObject({ reason: "tampered" });
  });

  it("does not take an exit with status 0 before any test for a pass", () => {
    expect(reproductionSignal([{ id: "g", base: failing, run: run({}) }])).toMatchObject({ reason: "no-tests-ran" });
  });
});
