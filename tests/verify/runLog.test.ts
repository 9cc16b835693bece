import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RunRecord, readRunLog, writeRunLog } from "../../src/verify/runLog.js";

const FACTS: RunRecord["facts"] = {
  runner: "pytest",
  command: null,
  files: ["a.py"],
  exitCode: 1,
  timedOut: false,
  oom: false,
  durationMs: 12,
  checked: true,
  canaries: { files: [{ path: "test_b.py" }], mustPass: ["b"], mustFail: ["c"] },
};

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(fc.constantFrom("\n", "[stderr", " 0123", "]", "[end 0123456789abcdef] {}", "\r", "[exit 0]"))
    .map((parts) => parts.join("")),
);

describe("a run's log", () => {
  it("gives back all that was written, whatever the tested code printed", () => {
    fc.assert(
      fc.property(text, text, fc.option(text), (stdout, stderr, report) => {
        const record = { stdout, stderr, report, facts: FACTS };
        expect(readRunLog(writeRunLog("pytest a.py", record, "secret"))).toEqual(record);
      }),
    );
  });

  it("is no log without its last line, or with one that is no record", () => {
    const log = writeRunLog("pytest a.py", { stdout: "x", stderr: "", report: null, facts: FACTS }, "secret");
    expect(readRunLog(log.slice(0, -1))).toBeNull();
    expect(readRunLog("")).toBeNull();
    expect(readRunLog("x\n[exit 0]\n[end 0123456789abcdef] {}")).toBeNull();
  });
});
