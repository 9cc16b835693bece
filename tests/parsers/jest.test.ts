import { describe, expect, it } from "vitest";
import { parseJest } from "../../src/parsers/jest.js";
import { parserLog } from "../support/parserLog.js";

const GREEN = parserLog("jest/green.log");

describe("parseJest", () => {
  it("passes over a tree that is not below a file's line", () => {
    const printed = GREEN.replace("PASS tests/b.test.js", "  calc\n    ✕ subtracts\nPASS tests/b.test.js");
    expect(parseJest(printed)).toEqual(parseJest(GREEN));
  });

  it("holds passes and failures to the last count", () => {
    const forged = GREEN.replace("    ✓ subtracts", "    ✓ subtracts\n    ✓ more");
    expect(parseJest(forged)?.disagreement).toBe(
      "the runner counts 2 passed, 0 failed, the lines 3 passed, 0 failed, 0 skipped",
    );
    const early = GREEN.replace("PASS", "Tests:       99 passed, 99 total\nPASS");
    expect(parseJest(early)?.disagreement).toBeUndefined();
  });

  it("names the failed tests of a run without --verbose, and the files that can't be loaded", () => {
    const tests = parseJest(parserLog("jest/plain.log"))?.tests;
    expect(tests?.get("tests/a.test.js::calc::inner (nested)::times out")).toBe("failed");
    expect(tests?.has("tests/a.test.js::calc::adds")).toBe(false);
    expect(parseJest(parserLog("jest/verbose.log"))?.unloaded).toEqual([
      "tests/e.test.js",
      "tests/d.test.js",
      "tests/c.test.js",
      "tests/g.test.js",
    ]);
  });
});
