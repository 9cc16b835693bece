import { describe, expect, it } from "vitest";
import { parseMocha } from "../../src/parsers/mocha.js";
import { parserLog } from "../support/parserLog.js";

const GREEN = parserLog("mocha/green.log");

describe("parseMocha", () => {
  it("holds the lines to the counts", () => {
    expect(parseMocha(GREEN)?.disagreement).toBeUndefined();
    const forged = GREEN.replace("    ✔ one", "    ✔ one\n    ✔ forged");
    expect(parseMocha(forged)?.disagreement).toBe(
      "the runner counts 2 passed, 0 failed, 0 skipped, the lines 3 passed, 0 failed, 0 skipped",
    );
    expect(parseMocha(GREEN.replace(/.*passing.*/, ""))?.disagreement).toContain("ends before");
  });

  it("takes the last count, or the sum of several runs", () => {
    const printed = GREEN.replace("    ✔ two", "  99 passing (1ms)\n    ✔ two");
    expect(parseMocha(printed)?.disagreement).toBeUndefined();
    const several = parseMocha(GREEN + GREEN.replace("good", "other"));
    expect(several?.disagreement).toBeUndefined();
    expect(several?.tests.size).toBe(4);
  });

  it("blames a hook's failure on the test that it names as well", () => {
    const tests = parseMocha(parserLog("mocha/spec.log"))?.tests;
    expect(tests?.get("each::first")).toBe("error");
    expect(tests?.get('each::"before each" hook for "first"')).toBe("error");
    expect(tests?.has("each::second")).toBe(false);
  });

  it("keeps an id whatever the test takes", () => {
    const slow = GREEN.replace("✔ one", "✔ one (1234ms)");
    expect(parseMocha(slow)?.tests).toEqual(parseMocha(GREEN)?.tests);
  });

  it("does not read the list of failures as tests", () => {
    const twice = parserLog("mocha/spec.log");
    const ids = [...(parseMocha(twice + twice)?.tests.keys() ?? [])];
    expect(ids).toEqual([...(parseMocha(twice)?.tests.keys() ?? [])]);
  });
});
