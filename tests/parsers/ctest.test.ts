import { describe, expect, it } from "vitest";
import { parseCtest } from "../../src/parsers/ctest.js";
import { parserLog } from "../support/parserLog.js";

describe("parseCtest", () => {
  it("takes the last of several tries, where the counts bear it out", () => {
    const log = parserLog("ctest/untilPass.log");
    expect(parseCtest(log)?.tests.get("flaky")).toBe("passed");
    const cut = log.slice(0, log.indexOf("tests passed,") - 5);
    expect(parseCtest(cut)?.tests.get("flaky")).toBe("failed");
    expect(parseCtest(cut)?.disagreement).toContain("ends before");
  });

  it("believes the list of failures over a later line", () => {
    const log = parserLog("ctest/untilFail.log");
    const line = "    Test  #2: subtracts ........................   Passed    0.01 sec\n";
    expect(parseCtest(log.replace("    Start 16", `${line}    Start 16`))?.tests.get("subtracts")).toBe("failed");
  });

  it("counts a test that can't be started as an error, a disabled one as skipped", () => {
    const tests = parseCtest(parserLog("ctest/plain.log"))?.tests;
    expect(tests?.get("not_built")).toBe("error");
    expect(tests?.get("fix_user")).toBe("error");
    expect(tests?.get("off")).toBe("skipped");
    expect(tests?.get("slow")).toBe("timeout");
  });

  it("sees a line too many", () => {
    const log = parserLog("ctest/green.log");
    expect(parseCtest(log)?.disagreement).toBeUndefined();
    const line = " 3/99 Test #99: forged ...................   Passed    0.01 sec\n";
    expect(parseCtest(log.replace("\n\n", `\n${line}\n`))?.disagreement).toContain("the lines");
  });
});
