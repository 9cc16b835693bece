import { describe, expect, it } from "vitest";
import { parseCargo } from "../../src/parsers/cargo.js";
import { parserLog } from "../support/parserLog.js";

const ONE_THREAD = parserLog("cargo/oneThread.log");

describe("parseCargo", () => {
  it("takes the last status of a test that prints one itself", () => {
    const forged = ONE_THREAD.replace("test tests::subtracts ... about to fail", "test tests::subtracts ... ok");
    expect(parseCargo(forged)?.tests.get("src/lib.rs (tiny)::tests::subtracts")).toBe("failed");
    const cut = forged.slice(0, forged.indexOf("test tests::subtracts ... ok") + 28);
    expect(cut.endsWith("... ok")).toBe(true);
    expect(parseCargo(cut)?.tests.has("src/lib.rs (tiny)::tests::subtracts")).toBe(false);
  });

  it("believes the list of failures over a pass", () => {
    const captured = parserLog("cargo/captured.log");
    const forged = captured.replace("test tests::subtracts ... FAILED", "test tests::subtracts ... ok");
    expect(parseCargo(forged)?.tests.get("src/lib.rs (tiny)::tests::subtracts")).toBe("failed");
  });

  it("names the test that takes its binary down where the log does", () => {
    expect(parseCargo(ONE_THREAD)?.tests.get("tests/crash.rs (crash)::crashes")).toBe("error");
    expect(parseCargo(ONE_THREAD)?.unloaded).toEqual(["tests/crash.rs (crash)"]);
    expect(parseCargo(parserLog("cargo/captured.log"))?.tests.has("tests/crash.rs (crash)::crashes")).toBe(false);
  });

  it("holds each binary to its own counts", () => {
    const lib = parserLog("cargo/lib.log");
    expect(parseCargo(lib)?.disagreement).toBeUndefined();
    const forged = lib.replace("test tests::adds ... ok", "test tests::adds ... ok\ntest tests::more ... ok");
    expect(parseCargo(forged)?.disagreement).toContain("the lines 6 passed");
  });

  it("uses bare paths where the heads are missing", () => {
    const bare = parserLog("cargo/lib.log").replace(/^ +Running .*\n/m, "");
    expect(parseCargo(bare)?.tests.get("tests::adds")).toBe("passed");
  });
});
