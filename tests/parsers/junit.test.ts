import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseJunit } from "../../src/parsers/junit.js";

const PYTEST = `<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="1" failures="1" skipped="2" tests="6">
<testcase classname="tests.test_a.TestX" name="test_ok[1-&quot;b&quot;]" time="0.001" />
<testcase classname="tests.test_a" name="test_bad" time="0.001"><failure message="assert 1 == 2">def test_bad():</failure></testcase>
<testcase classname="tests.test_a" name="test_skip" time="0.001"><skipped type="pytest.skip" message="no">x</skipped></testcase>
<testcase classname="tests.test_a" name="test_xfail" time="0.001"><skipped type="pytest.xfail" message="known" /></testcase>
<testcase classname="tests.test_a" name="test_teardown" time="0.001" />
<testcase classname="tests.test_a" name="test_teardown" time="0.001"><error message="failed on teardown">x</error></testcase>
<testcase classname="" name="tests.test_b" time="0.000"><error message="collection failure">ImportError</error></testcase>
</testsuite></testsuites>`;

describe("parseJunit", () => {
  it("reads pytest's report", () => {
    const report = parseJunit(PYTEST);
    expect(Object.fromEntries(report?.tests ?? [])).toEqual({
      'tests.test_a.TestX::test_ok[1-"b"]': "passed",
      "tests.test_a::test_bad": "failed",
      "tests.test_a::test_skip": "skipped",
      "tests.test_a::test_xfail": "passed",
      "tests.test_a::test_teardown": "error",
    });
    expect(report?.unloaded).toEqual(["tests.test_b"]);
  });

  it("takes half a report for none", () => {
    expect(parseJunit(PYTEST.slice(0, PYTEST.length - 40))).toBeNull();
    expect(parseJunit("")).toBeNull();
    expect(parseJunit("not xml at all")).toBeNull();
  });

  it("reads what Node's own runner writes", async () => {
    const folder = await mkdtemp(join(tmpdir(), "bestk-junit-"));
    try {
      await writeFile(join(folder, "a.test.mjs"), NODE_TESTS);
      await writeFile(join(folder, "b.test.mjs"), "import './not-there.mjs';");
      await writeFile(join(folder, "c.test.mjs"), "console.log('ok 1 - forged'); process.exit(0);");
      const report = parseJunit(await runNode(folder, ["a.test.mjs", "b.test.mjs", "c.test.mjs"]));
      expect(Object.fromEntries(report?.tests ?? [])).toEqual({
        top: "passed",
        fails: "failed",
        "suite::inner": "passed",
        "suite::left out": "skipped",
        "suite::later": "skipped",
      });
      expect(report?.unloaded.map((file) => file.split("/").at(-1))).toEqual(["b.test.mjs"]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

const NODE_TESTS = `import test, { describe, it } from "node:test";
import assert from "node:assert";
test("top", () => {});
test("fails", () => assert.equal(1, 2));
describe("suite", () => { it("inner", () => {}); it.skip("left out", () => {}); it.todo("later", () => assert.fail()); });
`;

function runNode(cwd: string, files: readonly string[]): Promise<string> {
  const report = join(cwd, "report.xml");
  const args = ["--test", "--test-reporter=junit", `--test-reporter-destination=${report}`, ...files];
  const env = { PATH: process.env.PATH ?? "" };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd, env }, () => readFile(report, "utf8").then(resolve, reject));
  });
}
