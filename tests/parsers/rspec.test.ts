import { describe, expect, it } from "vitest";
import { parseRspec } from "../../src/parsers/rspec.js";
import { parserLog } from "../support/parserLog.js";

const GREEN = parserLog("rspec/green.log");

describe("parseRspec", () => {
  it("tells groups from passed examples", () => {
    const tests = parseRspec(parserLog("rspec/documentation.log"))?.tests;
    expect(tests?.get("Calc::#inner (nested)::is fast")).toBe("passed");
    expect(tests?.has("Calc::#inner (nested)")).toBe(false);
    expect(tests?.get("Calc::pending but passes")).toBe("failed");
  });

  it("gives the same ids in random order", () => {
    const ids = (path: string): readonly string[] => [...(parseRspec(parserLog(path))?.tests.keys() ?? [])];
    const real = (path: string): readonly string[] =>
      ids(path)
        .filter((id) => !/forged|noise::subtracts/.test(id))
        .sort();
    expect(real("rspec/random.log")).toEqual(real("rspec/documentation.log"));
  });

  it("holds examples to the last count", () => {
    expect(parseRspec(GREEN)?.disagreement).toBeUndefined();
    expect(parseRspec(GREEN.replace("  one", "  one\n  printed"))?.disagreement).toContain("the lines 3 passed");
  });

  it("does not take the last line of half a log for an example", () => {
    const cut = parseRspec("\ngood\n  one\n  tw");
    expect(Object.fromEntries(cut?.tests ?? [])).toEqual({ "good::one": "passed" });
    expect(cut?.disagreement).toContain("ends before");
  });

  it("names files that can't be loaded, and nothing of their errors", () => {
    const report = parseRspec(parserLog("rspec/notLoaded.log"));
    expect(report?.unloaded).toEqual(["./load/c_spec.rb", "./load/d_spec.rb"]);
    expect(report?.tests.size).toBe(0);
  });
});
