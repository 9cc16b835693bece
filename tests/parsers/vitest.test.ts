import { describe, expect, it } from "vitest";
import { parseVitest } from "../../src/parsers/vitest.js";
import { parserLog } from "../support/parserLog.js";

describe("parseVitest", () => {
  it("gives the same ids for lines and trees", () => {
    const tree = parseVitest(parserLog("vitest/tree.log"))?.tests ?? new Map();
    const verbose = parseVitest(parserLog("vitest/verbose.log"))?.tests;
    expect(tree.size).toBeGreaterThan(20);
    for (const [id, outcome] of tree) expect(verbose?.get(id), id).toBe(outcome);
  });

  it("strips durations, notes and numbers of tries", () => {
    const tests = parseVitest(parserLog("vitest/verbose.log"))?.tests;
    expect(tests?.get("tests/b.test.js::retried::passes third time")).toBe("passed");
    expect(tests?.get("tests/b.test.js::retried::never passes")).toBe("failed");
    expect(tests?.get("tests/a.test.js::calc::inner (nested)::skips at run time")).toBe("skipped");
  });

  it("passes over what a test prints, and sees what it writes past the runner", () => {
    const report = parseVitest(parserLog("vitest/verbose.log"));
    expect(report?.tests.has("tests/a.test.js::forged")).toBe(false);
    expect(report?.tests.get("tests/a.test.js::calc::subtracts")).toBe("failed");
    expect(report?.disagreement).toContain("the lines 15 passed");
  });

  it("names only what is certain in the default reporter's trees", () => {
    const tests = parseVitest(parserLog("vitest/default.log"))?.tests;
    expect(tests?.get("tests/a.test.js::top")).toBe("passed");
    expect(tests?.get("tests/a.test.js::calc::throws")).toBe("failed");
    expect([...(tests?.keys() ?? [])].some((id) => id.endsWith("adds"))).toBe(false);
  });
});
