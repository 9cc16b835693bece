import { describe, expect, it } from "vitest";
import { parseGo } from "../../src/parsers/go.js";
import { parserLog } from "../support/parserLog.js";

const VERBOSE = parserLog("go/verbose.log");

describe("parseGo", () => {
  it("gives the same outcomes for text and JSON", () => {
    const text = parseGo(VERBOSE)?.tests ?? new Map();
    const json = parseGo(parserLog("go/json.log"))?.tests;
    // Go before 1.20 loses the result of a test that ends its output without a newline from its JSON.
    const lost = ["example.org/tiny/calc::TestNoNewline", "example.org/tiny/calc::TestFailNoNewline"];
    for (const [id, outcome] of text) expect(json?.get(id), id).toBe(lost.includes(id) ? "error" : outcome);
  });

  it("tells a test whose time is over from one that takes the process down", () => {
    expect(parseGo(VERBOSE)?.tests.get("example.org/tiny/slow::TestHangs/inner")).toBe("timeout");
    const crashed = VERBOSE.replace("panic: test timed out after 2s", "signal: killed");
    expect(parseGo(crashed)?.tests.get("example.org/tiny/slow::TestHangs/inner")).toBe("error");
    expect(parseGo(VERBOSE)?.tests.has("example.org/tiny/slow::TestNever")).toBe(false);
  });

  it("takes a printed result of a test that never began for text", () => {
    expect(parseGo(VERBOSE)?.tests.has("example.org/tiny/noise::TestForged")).toBe(false);
    expect(parseGo(VERBOSE)?.tests.get("example.org/tiny/noise::TestReal")).toBe("passed");
  });

  it("gives no test to a package that a test names, and none to a package that is never named", () => {
    expect(parseGo(VERBOSE)?.tests.has("example.org/tiny/calc::TestPrints")).toBe(false);
    const cut = parseGo(parserLog("go/green.log").replace(/^ok .*/m, ""));
    expect(cut?.tests.size).toBe(0);
    expect(cut?.disagreement).toContain("ends before");
  });

  it("sees a package that passes with a failed test", () => {
    const forged = parserLog("go/green.log").replace("--- PASS: TestAdds", "--- FAIL: TestAdds");
    expect(parseGo(forged)?.disagreement).toContain("package example.org/tiny/calc passed");
  });
});
