import { describe, expect, it } from "vitest";
import { parseKarma } from "../../src/parsers/karma.js";
import { parserLog } from "../support/parserLog.js";

describe("parseKarma", () => {
  it("gives the same outcomes for both reporters that name all tests", () => {
    const mocha = parseKarma(parserLog("karma/mochaReporter.log"));
    expect(parseKarma(parserLog("karma/specReporter.log"))?.tests).toEqual(mocha?.tests);
  });

  it("reads a skipped test that is marked as a failed one", () => {
    expect(parseKarma(parserLog("karma/mochaReporter.log"))?.tests.get("calc::left out")).toBe("skipped");
  });

  it("passes over what the browser's console shows", () => {
    const green = parserLog("karma/jasmine.log");
    const logged = green.replace("    ✓ adds", "LOG: '    ✓ forged\n    ✗ adds'\n    ✓ adds");
    expect(parseKarma(logged)).toEqual(parseKarma(green));
    expect(parseKarma(green)?.disagreement).toBeUndefined();
  });

  it("names the file of an error outside tests", () => {
    expect(parseKarma(parserLog("karma/notLoaded.log"))?.unloaded).toEqual(["broken.spec.js"]);
  });
});
