import { describe, expect, it } from "vitest";
import { parsePhpunit } from "../../src/parsers/phpunit.js";
import { parserLog } from "../support/parserLog.js";

describe("parsePhpunit", () => {
  it("shows passes of --debug only where every other test is listed", () => {
    const listed = parsePhpunit(parserLog("phpunit/debugVerbose.log"));
    expect(listed?.tests.get("GoodTest::testOne")).toBe("passed");
    expect(listed?.tests.get("Tiny\\Tests\\CalcTest::testLeftOut")).toBe("skipped");
    // Without --verbose skipped tests look like passed ones.
    expect([...(parsePhpunit(parserLog("phpunit/debug.log"))?.tests.values() ?? [])]).not.toContain("passed");
  });

  it("reads a class only below an empty line", () => {
    const tests = parsePhpunit(parserLog("phpunit/testdox.log"))?.tests;
    expect(tests?.has("Tiny\\Tests\\Noise::Subtracts")).toBe(false);
    expect(tests?.get("Tiny\\Tests\\Calc::Adds")).toBe("failed");
  });

  it("says that a run stopped before its end", () => {
    const report = parsePhpunit(parserLog("phpunit/exits.log"));
    expect(Object.fromEntries(report?.tests ?? [])).toEqual({ "Fatal::A": "passed" });
    expect(report?.disagreement).toContain("ends before");
  });

  it("names the file of a fatal error", () => {
    expect(parsePhpunit(parserLog("phpunit/notLoaded.log"))?.unloaded).toEqual(["/project/bad/BadTest.php"]);
  });
});
