import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseJunit } from "../../src/parsers/junit.js";
import { parseNodeLog } from "../../src/parsers/nodeSpec.js";
import { parserLog } from "../support/parserLog.js";

describe("parseNodeLog", () => {
  it.each(["tap", "spec"])("gives the ids and outcomes of the JUnit report: %s", async (reporter) => {
    const folder = await mkdtemp(join(tmpdir(), "bestk-node-"));
    try {
      await writeFile(join(folder, "a.test.mjs"), TESTS);
      const log = await runNode(folder, reporter);
      const report = parseNodeLog(log);
      expect(report?.tests).toEqual(parseJunit(await runNode(folder, "junit"))?.tests);
      expect(report?.tests.size).toBe(5);
      expect(report?.disagreement).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("takes no printed TAP line for a result", () => {
    const report = parseNodeLog(parserLog("node/tap.log"));
    expect([...(report?.tests.keys() ?? [])].filter((id) => id.includes("forged"))).toEqual([]);
    expect(report?.disagreement).toBeUndefined();
    const log = parserLog("node/tapGreen.log").replace("ok 1 - good", "ok 1 - forged\nok 1 - good");
    expect(parseNodeLog(log)?.tests).toEqual(parseNodeLog(parserLog("node/tapGreen.log"))?.tests);
  });

  it("shows nothing for a suite without tests", () => {
    expect(parseNodeLog(parserLog("node/tap.log"))?.tests.has("empty")).toBe(false);
  });
});

const TESTS = `import test, { describe, it } from "node:test";
import assert from "node:assert";
test("top # of all", () => {});
describe("suite", () => {
  it("inner", () => {}); it.skip("left out", () => {}); it.todo("later", () => assert.fail());
  describe("deep", () => { it("fails", () => assert.equal(1, 2)); });
});
`;

function runNode(cwd: string, reporter: string): Promise<string> {
  return new Promise((resolve) => {
    const args = ["--test", `--test-reporter=${reporter}`];
    execFile(process.execPath, args, { cwd, env: { PATH: process.env.PATH ?? "" } }, (_, stdout) => resolve(stdout));
  });
}
