// `bestk report` and `bestk view` as a user runs them: the file a run leaves, files of several runs and of tables, and a server.
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PageData, Transcript } from "../../src/core/page.js";
import { readPage } from "../support/pageSource.js";
import { type Finished, startProgram } from "../support/program.js";

const ONE = "qslite__parse-40";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-report-"));
  const { code, stderr } = await bestk("demo", "--only", ONE, "--run", "run");
  expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

function bestk(...args: readonly string[]): Promise<Finished> {
  return startProgram(folder, args).finished;
}

async function pageAt(...names: readonly string[]) {
  return readPage(await readFile(join(folder, ...names), "utf8"));
}

describe("the report of a run", { timeout: 60_000 }, () => {
  it("is left by the run itself: issue, steps, what the model read, patches, logs", async () => {
    const page = await pageAt("run/report.html");
    expect(page.data.runs[0]).toMatchObject({
      id: "run",
      complete: true,
      overview: { instances: 1, rollouts: 8 },
      leftOut: { logs: 0, trajectories: 0, bytes: 0 },
    });
    const detail = page.detail(0, 0);
    expect(detail.instanceId).toBe(ONE);
    expect(detail.issue).toMatch(/\w{3}/);
    const withSteps = detail.rows.filter(({ transcript }) => transcript !== null);
    expect(withSteps.length).toBeGreaterThan(4);
    for (const { transcript, modelInput } of withSteps) {
      const { steps } = JSON.parse(page.part(transcript?.part)) as Transcript;
      expect(steps.length).toBeGreaterThan(0);
      expect(page.part(modelInput?.part)).toMatch(/^[\w.]+ -?[\d.e-]+\n/);
    }
    expect(page.part(detail.candidates[0]?.patch.part)).toMatch(/^diff --git /);
    const at = detail.matrix.tests.findIndex(({ kind, distinguishing }) => kind === "generated" && distinguishing);
    expect(at).toBeGreaterThanOrEqual(0);
    const log = detail.matrix.logs[detail.matrix.cellLogs[0]?.[at] ?? -1];
    expect(page.part(log?.part)).toMatch(/^\$ /);
    expect(page.part(detail.matrix.tests[at]?.baseLog?.part)).toMatch(/^\$ /);
  });

  it("is the same again, and says what it wrote", async () => {
    const before = await readFile(join(folder, "run/report.html"));
    const { code, stdout } = await bestk("report", "run", "--json");
    expect(code).toBe(0);
    const written = JSON.parse(stdout) as { readonly bytes: number; readonly file: string };
    expect(written).toMatchObject({ schema: "bestk.report/1", file: join("run", "report.html") });
    expect(written.bytes).toBe((await stat(join(folder, "run/report.html"))).size);
    expect((await readFile(join(folder, "run/report.html"))).equals(before)).toBe(true);
  });

  it("holds no ground truth and names no folder of this machine", async () => {
    const page = await pageAt("run/report.html");
    expect(JSON.stringify(page.detail(0, 0))).not.toMatch(/FAIL_TO_PASS|test_patch|PASS_TO_PASS/);
    expect(page.markup).not.toContain(folder);
  });

  it("of two runs has both, each under a name of its own", async () => {
    const { code } = await bestk("report", "run", "run", "-o", "out/both.html");
    expect(code).toBe(0);
    const { data } = await pageAt("out/both.html");
    expect(data.runs.map(({ id }) => id)).toEqual(["run", "run (2)"]);
    expect(data.comparisons).toMatchObject([{ left: "run", right: "run (2)", instances: 0, differing: [] }]);
  });

  it("of a table and its patches has instances, outcomes and patches", async () => {
    const row = {
      instance_id: "x__y-1",
      test_generator: "g",
      base: { resolved: [], unresolved: ["t1", "t2"], missing: [] },
      candidates: {
        a: { resolved: ["t1"], unresolved: ["t2"], missing: [], resolved_label: true },
        b: { resolved: [], unresolved: ["t1", "t2"], missing: [], resolved_label: false },
      },
    };
    const patch = "diff --git a/f.py b/f.py\n--- a/f.py\n+++ b/f.py\n@@ -1 +1 @@\n-a\n+b\n";
    await writeFile(join(folder, "table.jsonl"), `${JSON.stringify(row)}\n`);
    const prediction = { instance_id: "x__y-1", model_name_or_path: "a", model_patch: patch };
    await writeFile(join(folder, "patches.jsonl"), `${JSON.stringify(prediction)}\n`);
    const { code, stderr } = await bestk("report", "table.jsonl", "--patches", "patches.jsonl", "-o", "table.html");
    expect([code, stderr]).toEqual([0, ""]);
    const page = await pageAt("table.html");
    expect(page.data.runs[0]?.overview.labelled).toMatchObject({
      instances: 1,
      chosen: { value: 1 },
      random: { value: 0.5 },
    });
    const { matrix, candidates, rows } = page.detail(0, 0);
    expect(rows.map(({ rolloutId, selected }) => [rolloutId, selected])).toEqual([
      ["a", true],
      ["b", false],
    ]);
    expect(candidates).toHaveLength(1);
    expect(page.part(candidates[0]?.patch.part)).toContain("+b");
    expect(matrix.tests.map(({ name, source, base }) => [name, source, base])).toEqual([
      ["t1", "g", "failed"],
      ["t2", "g", "failed"],
    ]);
  });

  it.each([
    ["evidence without a place", ["report", "table.jsonl"], "-o"],
    ["a place that can't be", ["report", "run", "-o", "/dev/null/x.html"], "can't be written"],
    ["a folder that is no run", ["report", "."], "not a run directory"],
    ["nothing there", ["report", "nowhere"], "nowhere"],
    ["an aggregator that is none", ["report", "run", "-a", "hybird"], "hybrid"],
  ])("%s is exit 2", async (_, args, words) => {
    const { code, stderr, stdout } = await bestk(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(words);
    expect((await readdir(folder)).filter((name) => name.includes(".tmp"))).toEqual([]);
  });
});

describe("bestk view", { timeout: 60_000 }, () => {
  it("serves until Ctrl-C, which is no failure", async () => {
    const { child, finished } = startProgram(folder, ["view", "run", "--port", "0", "--json"]);
    const first = await new Promise<string>((resolve) => child.stdout?.once("data", (chunk) => resolve(String(chunk))));
    const { schema, url } = JSON.parse(first) as { readonly schema: string; readonly url: string };
    expect([schema, url]).toEqual(["bestk.view/1", expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/)]);
    const data = (await (await fetch(`${url}data.json`)).json()) as PageData;
    expect(data.runs[0]?.instances[0]?.instanceId).toBe(ONE);
    const page = await (await fetch(url)).text();
    expect(page).toContain('<div id="bestk-app"></div>');
    const open = await fetch(`${url}events`);
    expect(open.status).toBe(200);
    child.kill("SIGINT");
    expect((await finished).code).toBe(0);
    await open.text().catch(() => "");
  });

  it.each([
    ["a port that is none", ["view", "run", "--port", "99999"], "0 to 65535"],
    ["neither yes nor no", ["view", "run", "--open", "maybe"], "true or false"],
    ["a folder that is no run", ["view", "nowhere"], "nowhere"],
  ])("%s is exit 2", async (_, args, words) => {
    const { code, stderr } = await bestk(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});
