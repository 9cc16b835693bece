import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TestOutcome } from "../../src/core/types.js";
import { type Canaries, judgeCanaries, plantCanaries } from "../../src/verify/canaries.js";

const FILES = ["tests/test_a.py", "tests/deep/test_b.py"];

/** What a runner says that tells the truth about them. */
function truth(canaries: Canaries, changes: Record<string, TestOutcome | null> = {}): Map<string, TestOutcome> {
  const tests = new Map<string, TestOutcome>();
  for (const name of canaries.mustPass) tests.set(`tests.x::test_${name}`, "passed");
  for (const name of canaries.mustFail) tests.set(`tests.x::test_${name}`, "failed");
  for (const [id, outcome] of Object.entries(changes)) {
    if (outcome === null) tests.delete(id);
    else tests.set(id, outcome);
  }
  return tests;
}

function judge(canaries: Canaries, tests: ReadonlyMap<string, TestOutcome>, unloaded: readonly string[] = []) {
  return judgeCanaries(canaries, { tests, unloaded });
}

describe("canaries", () => {
  const planted = plantCanaries("pytest", FILES, "secret");
  const idOf = (name: string | undefined): string => `tests.x::test_${name}`;

  it("lie beside the test files under names of their form, among them and last", () => {
    expect(planted.files.every(({ path }) => /^tests\/(?:deep\/)?test_[a-z]+_[a-z]+_\d{5}\.py$/.test(path))).toBe(true);
    expect(planted.order.filter((file) => FILES.includes(file))).toEqual(FILES);
    expect(planted.order).toHaveLength(4);
    expect(planted.files.map(({ path }) => path)).toContain(planted.order.at(-1));
  });

  it("are named by the secret and nothing else", () => {
    expect(plantCanaries("pytest", FILES, "secret")).toEqual(planted);
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        fc.pre(a !== b);
        const names = plantCanaries("node", ["t/a.test.js"], a).mustFail;
        expect(plantCanaries("node", ["t/a.test.js"], b).mustFail).not.toEqual(names);
      }),
    );
  });

  it("fail in a class and in functions under pytest, since either can be patched", () => {
    const texts = planted.files.map(({ content }) => content);
    expect(texts.filter((text) => text.includes("unittest.TestCase"))).toHaveLength(1);
    expect(texts.filter((text) => /^def test_/m.test(text))).toHaveLength(1);
  });

  it("go where a folder or a test inside a file is named, and at the top where nothing is", () => {
    expect(plantCanaries("pytest", ["tests/"], "s").files.every(({ path }) => path.startsWith("tests/test_"))).toBe(
      true,
    );
    expect(plantCanaries("pytest", ["a/test_x.py::test_y"], "s").files[0]?.path).toMatch(/^a\/test_/);
    const alone = plantCanaries("unittest", [], "s");
    expect(alone.order).toEqual([]);
    expect(alone.files[0]?.path).toMatch(/^test_[^/]+\.py$/);
  });

  it("load in Node what the test beside them loads", () => {
    const text = 'import x from "../src/x.js";\nconst y = require("./y");\nimport "node:fs";\nawait import("../z.mjs")';
    const [file] = plantCanaries("node", ["t/a.test.ts"], "s", text).files;
    expect(file?.content).toContain('["../src/x.js","./y","../z.mjs"]');
    expect(file?.path).toMatch(/^t\/[a-z_]+\d+\.test\.ts$/);
  });

  it("are taken out of a true report, whose command must end with failures", () => {
    const judged = judge(planted, truth(planted, { a: "passed", b: "failed" }));
    expect([...(judged.report?.tests ?? [])]).toEqual([
      ["a", "passed"],
      ["b", "failed"],
    ]);
    expect(judged).toMatchObject({ lie: null, mustEndFailed: true });
  });

  it.each([
    ["a failure turned to a pass", { [idOf(planted.mustFail[0])]: "passed" }],
    ["a failure turned to a skip", { [idOf(planted.mustFail[3])]: "skipped" }],
    ["a failure left out", { [idOf(planted.mustFail[1])]: null }],
    ["a pass left out", { [idOf(planted.mustPass[0])]: null }],
    ["a failure with a passing twin", { [`other::test_${planted.mustFail[0]}`]: "passed" }],
    ["passes all turned to failures", Object.fromEntries(planted.mustPass.map((name) => [idOf(name), "failed"]))],
  ] as [string, Record<string, TestOutcome | null>][])("tell a lie: %s", (_, changes) => {
    expect(judge(planted, truth(planted, { a: "passed", ...changes })).lie).not.toBeNull();
  });

  it("hold nothing against a run that could not get to them, or whose shared set-up is broken", () => {
    expect(judge(planted, new Map(), ["tests/test_a.py"]).lie).toBeNull();
    expect(judgeCanaries(planted, null)).toEqual({ report: null, lie: null, mustEndFailed: false });
    const all = [...planted.mustPass, ...planted.mustFail].map((name) => [idOf(name), "error"] as const);
    expect(judge(planted, truth(planted, { a: "passed", b: "error", ...Object.fromEntries(all) })).lie).toBeNull();
  });
});
