import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Sandbox } from "../../src/sandbox/sandbox.js";
import { commandFor, runnerNamed } from "../../src/verify/runners.js";
import { rereadRun, runTests, type TestCommand } from "../../src/verify/testRun.js";
import { never, openSandbox, shell } from "../support/processSandbox.js";

const HEAD = 'import test from "node:test"; import assert from "node:assert";';

const FILES = {
  "mixed.test.mjs": `${HEAD} test("good", () => {}); test("bad", () => assert.equal(1, 2)); test("later", { skip: true }, () => {});`,
  "good.test.mjs": `${HEAD} test("good", () => {});`,
  "forged.test.mjs": `${HEAD} console.log("ok 1 - bad"); console.log('<testcase name="bad" classname="test"/>'); test("bad", () => assert.fail());`,
  "exits.test.mjs": `${HEAD} process.exit(0); test("never", () => {});`,
  "broken.test.mjs": "import './nowhere.mjs';",
  "it's one.test.mjs": `${HEAD} test("quoted", () => {});`,
};

let sandbox: Sandbox;
let root: string;

beforeAll(async () => {
  ({ sandbox, root } = await openSandbox(FILES));
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

let nonces = 0;

function run(changes: Partial<TestCommand>, signal = never) {
  const command = { runner: "node-test", command: null, files: [], timeoutSeconds: 60, ...changes };
  nonces += 1;
  return runTests(sandbox, command, `n${nonces}`, signal);
}

describe("runTests", () => {
  it("reads each test's outcome from the runner's report, and keeps all of it in the log", async () => {
    const { run: result, log } = await run({ files: ["mixed.test.mjs"] });
    expect(result).toMatchObject({
      end: "completed",
      exitCode: 1,
      outcomes: { bad: "failed", good: "passed", later: "skipped" },
      unloaded: [],
      consistent: true,
    });
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    expect(log).toMatch(/^\$ node --test[\s\S]*\n\[report \w+\]\n<\?xml[\s\S]*\n\[exit 1\]\n\[end \w+\] /);
    expect(rereadRun(log)).toEqual(result);
  });

  it("quotes file names", async () => {
    expect((await run({ files: ["it's one.test.mjs"] })).run.outcomes).toEqual({ quoted: "passed" });
  });

  it("is not changed by what the tested code prints", async () => {
    expect((await run({ files: ["forged.test.mjs"] })).run).toMatchObject({ exitCode: 1, outcomes: { bad: "failed" } });
  });

  it("counts no test where the process ends itself first, though it ends well", async () => {
    expect((await run({ files: ["exits.test.mjs"] })).run).toMatchObject({ exitCode: 0, outcomes: {}, unloaded: [] });
  });

  it("names a file that can't be loaded", async () => {
    const { run: result } = await run({ files: ["broken.test.mjs"] });
    expect(result).toMatchObject({ outcomes: {}, consistent: true });
    expect(result.unloaded).toHaveLength(1);
  });

  it.each([
    ["is missing", "true"],
    ["is cut short", "printf '<testsuites><testcase name=\"a\"' >{report}"],
    ["is a link to another one", "ln -s good.xml {report}"],
  ])("takes nothing from a report that %s", async (_, command) => {
    await shell(sandbox, "echo '<testsuites><testcase name=\"a\"/></testsuites>' >good.xml");
    expect((await run({ command })).run).toMatchObject({ end: "completed", exitCode: 0, outcomes: {} });
  });

  it("tells a report that hides its failures behind status 0", async () => {
    const command = "echo '<testsuites><testcase name=\"a\"><failure/></testcase></testsuites>' >{report}";
    expect((await run({ command })).run).toMatchObject({ exitCode: 0, outcomes: { a: "failed" }, consistent: false });
  });

  it("ends at the time limit, with all that was started", async () => {
    const { run: result, log } = await run({ command: "sleep 61.7 & sleep 61.7", timeoutSeconds: 1 });
    expect(result).toMatchObject({ end: "timeout", exitCode: null, outcomes: {} });
    expect(log).toContain("[time limit]");
  });

  it.each([
    ["passed", "exit 0"],
    ["failed", "exit 3"],
  ])("takes the status alone for a runner without a report: %s", async (outcome, command) => {
    const { run: result } = await run({ runner: "exit-code", command, files: ["a.sh"] });
    expect(result).toMatchObject({ outcomes: { "a.sh": outcome }, consistent: true });
  });

  it("reads the log where the runner writes no report", async () => {
    const command = "echo 'test_a (m.C) ... ok' >&2; echo 'test_b (m.C) ... FAIL' >&2; exit 1";
    const { run: result } = await run({ runner: "unittest", command });
    expect(result.outcomes).toEqual({ "test_a (m.C)": "passed", "test_b (m.C)": "failed" });
  });

  it("throws when it is aborted, for that says nothing about the patch", async () => {
    const abort = new AbortController();
    const ended = run({ command: "sleep 61.8" }, abort.signal);
    setTimeout(() => abort.abort(), 100);
    await expect(ended).rejects.toMatchObject({ failure: "aborted" });
  });
});

describe("commandFor", () => {
  it("fills a command of the instance's own, and names modules where the runner takes modules", () => {
    const own = commandFor(runnerNamed("pytest"), "run {files} --to {report}", ["a b.py", "c.py"], "/r.xml");
    expect(own).toBe("run 'a b.py' 'c.py' --to '/r.xml'");
    expect(commandFor(runnerNamed("django"), null, ["tests/admin/test_x.py"], "")).toContain(" 'admin.test_x'");
    expect(commandFor(runnerNamed("unittest"), null, ["tests/test_x.py"], "")).toContain(" 'tests.test_x'");
  });

  it("does not read a placeholder or a replacement pattern in a name", () => {
    expect(commandFor(runnerNamed("pytest"), "{files}", ["$&{report}"], "/r.xml")).toBe("'$&{report}'");
  });

  it("names the nearest runner", () => {
    expect(() => runnerNamed("pytst")).toThrow(/unknown test runner "pytst"/);
    expect(() => runnerNamed("toString")).toThrow(/unknown test runner/);
  });
});
