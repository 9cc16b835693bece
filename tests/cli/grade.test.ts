import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Finished, startProgram } from "../support/program.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-cli-grade-"));
  const instance = (id: string, more: object) =>
    `${JSON.stringify({ instance_id: id, FAIL_TO_PASS: '["t::a"]', PASS_TO_PASS: "[]", log_parser: "parse_log_flask", ...more })}\n`;
  await writeFile(join(folder, "a.jsonl"), instance("x__y-1", {}));
  await writeFile(
    join(folder, "b.jsonl"),
    instance("x__y-1", {}) + instance("x__y-2", { log_parser: "parse_log_scikitt" }),
  );
  const log = (id: string, run: string, text: string) =>
    `${JSON.stringify({ source: "s", run, instance_id: id, eval_sh: "", patch: "p", report: null, test_output: text })}\n`;
  await writeFile(
    join(folder, "logs.jsonl"),
    log("x__y-1", "2", "FAILED t::a\n") + log("x__y-1", "1", "PASSED t::a\n"),
  );
  await writeFile(join(folder, "other.jsonl"), log("x__y-2", "1", "PASSED t::a\n"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function grade(...args: readonly string[]): Promise<Finished> {
  return startProgram(folder, ["grade", ...args]).finished;
}

it("takes logs and several instance files, and gives a line a rollout", async () => {
  const { code, stdout, stderr } = await grade("logs.jsonl", "--instances", "a.jsonl", "b.jsonl", "--json");
  expect([code, stderr]).toEqual([0, "1 of 2 rollouts resolved; 1 of 1 instances\n"]);
  expect(
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    {
      schema: "bestk.grade/1",
      instanceId: "x__y-1",
      rolloutId: "s#1",
      resolved: true,
      failToPass: { passed: ["t::a"], failed: [] },
      passToPass: { passed: [], failed: [] },
      applied: true,
    },
    {
      schema: "bestk.grade/1",
      instanceId: "x__y-1",
      rolloutId: "s#2",
      resolved: false,
      failToPass: { passed: [], failed: ["t::a"] },
      passToPass: { passed: [], failed: [] },
      applied: true,
    },
  ]);
  expect((await grade("--instances", "a.jsonl", "logs.jsonl", "--json")).stdout).toBe(stdout);
});

it("shows people a table, and writes the harness's reports", async () => {
  const { code, stdout } = await grade("logs.jsonl", "--instances", "a.jsonl", "-o", "reports");
  expect(code).toBe(0);
  expect(stdout).toMatch(/x__y-1 +s#1 +resolved +1\/1 +0\/0/);
  const report = JSON.parse(await readFile(join(folder, "reports/s#2/x__y-1/report.json"), "utf8"));
  expect(report["x__y-1"].tests_status.FAIL_TO_PASS).toEqual({ success: [], failure: ["t::a"] });
});

it.each([
  ["no instances", ["logs.jsonl"], /--instances is missing/],
  [
    "a parser that is not supported",
    ["other.jsonl", "--instances", "b.jsonl"],
    /parse_log_scikitt: not supported\n.*did you mean scikit/,
  ],
  ["no record of any instance", ["other.jsonl", "--instances", "a.jsonl"], /x__y-2: no record with FAIL_TO_PASS/],
  [
    "two rollouts for one report",
    ["logs.jsonl", "--instances", "a.jsonl", "-o", "r.json"],
    /several rollouts of x__y-1/,
  ],
  ["what holds neither", ["a.jsonl", "--instances", "a.jsonl"], /a.jsonl: no known format/],
])("refuses %s", async (_, args, message) => {
  const { code, stderr } = await grade(...args);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(code).toBe(2);
});
