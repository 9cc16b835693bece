import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const PROGRAM = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-cli-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function bestk(...args: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], { cwd: folder, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const DIFF = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x\n+y\n";

function prediction(id: string, patch = DIFF): string {
  return `${JSON.stringify({ instance_id: id, model_name_or_path: "m", model_patch: patch })}\n`;
}

function evidence(rolloutId: string, reproduction: number, resolved?: boolean): string {
  const unavailable = { status: "unavailable", reason: "not-run", message: "" };
  const signals = { regression: unavailable, reproduction: { status: "ok", value: reproduction }, reward: unavailable };
  const label = resolved === undefined ? {} : { resolved };
  return `${JSON.stringify({ schema: "bestk.evidence/1", instanceId: "x__y-1", rolloutId, candidateId: `sha256:${rolloutId}`, signals, ...label })}\n`;
}

/** Every expected failure is a message on stderr, never a stack trace, and nothing on stdout. */
function expectFailure(result: Result, code: number, message: RegExp): void {
  expect(result.stderr).toMatch(message);
  expect(result.stderr).not.toMatch(/\n\s+at /);
  expect(result.stdout).toBe("");
  expect(result.code).toBe(code);
}

describe("usage", () => {
  it("names the nearest verb and flag", async () => {
    expectFailure(await bestk("rnk"), 2, /unknown command 'rnk'[\s\S]*rank/);
    expectFailure(await bestk("rank", "x", "--jsn"), 2, /unknown option '--jsn'[\s\S]*--json/);
    expectFailure(await bestk("nothing-like-it"), 2, /unknown command[^\n]*\nhint: `bestk --help` lists the verbs\n$/);
    expectFailure(
      await bestk("testgen", "x"),
      2,
      /unknown command[^\n]*\nhint: `bestk testgen --help` lists its verbs\n$/,
    );
    expectFailure(await bestk("rank"), 2, /missing required argument[^\n]*\nhint: `bestk rank --help` has arguments/);
    expectFailure(await bestk("rank", "x", "y"), 2, /too many arguments/);
    expectFailure(await bestk("rank", "x", "-j", "0"), 2, /whole number/);
  });

  it("prints help and version with status 0", async () => {
    expect(await bestk("--version")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    const help = await bestk("run", "--help");
    expect(help.code).toBe(0);
    expect(help.stdout).toContain("--instances");
  });

  it("takes flags from a file, the command line first, and names an unknown one", async () => {
    const table = await file("e.jsonl", evidence("r1", 1) + evidence("r2", 2));
    const config = await file("c.yaml", "aggregator: first\njson: true\n");
    expect(JSON.parse((await bestk("rank", table, "--config", config)).stdout).aggregator).toBe("first");
    const over = await bestk("rank", table, "--config", config, "-a", "random");
    expect(JSON.parse(over.stdout).aggregator).toBe("random");
    const wrong = await file("w.yaml", "agregator: first\n");
    expectFailure(await bestk("rank", table, "--config", wrong), 2, /unknown setting "agregator"[\s\S]*aggregator/);
  });
});

describe("inspect", () => {
  it("says what each file is as JSONL, and reads on past what it can't take", async () => {
    await file("good.jsonl", prediction("x__y-1") + prediction("x__y-2", ""));
    await file("notes.txt", "hello");
    const { code, stdout } = await bestk("inspect", ".", "--json");
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      schema: "bestk.inspect/1",
      format: "predictions",
      rollouts: 2,
      patches: 1,
      emptyPatches: 1,
      problems: [],
    });
    expect(lines[1]).toMatchObject({ format: null, rollouts: 0 });
    expect(lines[1].problems).toHaveLength(1);
  });

  it("fails for what isn't there", async () => {
    expectFailure(await bestk("inspect", "nowhere"), 2, /nowhere/);
  });
});

describe("rank", () => {
  it("prints the ranking document, the same for any order of the evidence", async () => {
    const lines = [evidence("r1", 1, false), evidence("r2", 3, true), evidence("r10", 3, false)];
    const a = await bestk("rank", await file("a.jsonl", lines.join("")), "-a", "execution-based", "--json");
    const b = await bestk(
      "rank",
      await file("b.jsonl", lines.toReversed().join("")),
      "-a",
      "execution-based",
      "--json",
    );
    expect(a.stdout).toBe(b.stdout);
    const document = JSON.parse(a.stdout);
    expect(document.instances[0]).toMatchObject({ ranking: [["r2", "r10"], ["r1"]], tie: true });
    expect(document.labelled).toMatchObject({ instances: 1, expected: 0.5, oracle: 1 });
  });

  it("needs patches for predictions, and joins them from elsewhere", async () => {
    const table = await file("e.jsonl", evidence("m", 1));
    expectFailure(await bestk("rank", table, "-o", "p.jsonl"), 2, /no patches[\s\S]*--patches/);
    const patches = await file("p0.jsonl", prediction("x__y-1"));
    const { code } = await bestk("rank", table, "-o", join(folder, "p.jsonl"), "--patches", patches);
    expect(code).toBe(0);
    const written = JSON.parse(await readFile(join(folder, "p.jsonl"), "utf8"));
    expect(written).toMatchObject({ instance_id: "x__y-1", model_patch: DIFF });
  });

  it("names an unknown aggregator's nearest, and a record's file, line and field", async () => {
    const table = await file("e.jsonl", evidence("r1", 1));
    expectFailure(await bestk("rank", table, "-a", "hybird"), 2, /hybird[\s\S]*hybrid/);
    const bad = await file("bad.jsonl", evidence("r1", 1) + evidence("r2", 1).replace('"ok"', '"okay"'));
    expectFailure(await bestk("rank", bad), 2, /bad\.jsonl:2[\s\S]*--skip-bad/);
    expect((await bestk("rank", bad, "--skip-bad")).code).toBe(0);
  });
});

describe("run", () => {
  const instance = { instance_id: "x__y-1", problem_statement: "wrong" };

  it("asks for instances, and says which ids don't match", async () => {
    const rollouts = await file("p.jsonl", prediction("a__b-1"));
    expectFailure(await bestk("run", rollouts), 2, /--instances/);
    const instances = await file("i.jsonl", JSON.stringify(instance));
    expectFailure(
      await bestk("run", rollouts, "--instances", instances, "--sandbox", "process"),
      2,
      /none of the 1 rollouts[\s\S]*a__b-1/,
    );
  });

  it.each([
    ["a broken record", "{", /not valid JSON|expected instance records|neither JSON nor YAML/],
    ["a field of the wrong type", JSON.stringify({ ...instance, setup: "make" }), /setup/],
    [
      "a test outside of the tree",
      JSON.stringify({ ...instance, generated_tests: [{ path: "../x", content: "", runner: "pytest" }] }),
      /path inside/,
    ],
    [
      "two tests of one path",
      JSON.stringify({
        ...instance,
        generated_tests: ["a", "b"].map((id) => ({ id, path: "t.py", content: "", runner: "pytest" })),
      }),
      /two tests have the path t\.py/,
    ],
    [
      "two definitions",
      `${JSON.stringify(instance)}\n${JSON.stringify({ ...instance, problem_statement: "other" })}`,
      /differs between/,
    ],
    [
      "an unknown runner",
      JSON.stringify({ ...instance, repository: ".", regression_tests: { runner: "pytst" } }),
      /unknown test runner "pytst"/,
    ],
  ])("says what is wrong with %s in the instances", async (_, text, message) => {
    const rollouts = await file("p.jsonl", prediction("x__y-1"));
    const instances = await file("i.jsonl", text);
    expectFailure(await bestk("run", rollouts, "--instances", instances, "--sandbox", "process"), 2, message);
  });

  it("names the nearest sandbox", async () => {
    const rollouts = await file("p.jsonl", prediction("x__y-1"));
    const instances = await file("i.jsonl", JSON.stringify(instance));
    expectFailure(
      await bestk("run", rollouts, "--instances", instances, "--sandbox", "dokcer"),
      2,
      /dokcer[\s\S]*docker/,
    );
  });
});
