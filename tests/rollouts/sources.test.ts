// Which files an argument names, in which order, and under which relative path; what happens to those that hold no rollouts.
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadRollouts } from "../../src/rollouts/load.js";
import { findSources } from "../../src/rollouts/sources.js";
import { folderOf, inspect, inspectText, jsonLines, options, PATCH } from "./files.js";

const preds = (model: string): string =>
  jsonLines({ instance_id: "demo__demo-1", model_name_or_path: model, model_patch: PATCH });

describe("sources", () => {
  it("searches folders in natural order, without dot folders and node_modules", async () => {
    const folder = await folderOf({
      "r10.jsonl": "",
      "r2.jsonl": "",
      "a/b/c.json": "",
      ".git/x.json": "",
      "node_modules/y.json": "",
      ".z": "",
    });
    const found = await findSources([folder]);
    expect(found.map((source) => source.relativePath)).toEqual(["a/b/c.json", "r2.jsonl", "r10.jsonl"]);
    expect(found.every((source) => !source.direct)).toBe(true);
  });

  it("takes a file's own name, and a glob's part after its fixed folders", async () => {
    const folder = await folderOf({ "x/a.traj": "", "x/y/b.traj": "", "x/y/c.log": "" });
    expect(await findSources([join(folder, "x/a.traj")])).toMatchObject([{ relativePath: "a.traj", direct: true }]);
    const globbed = await findSources([join(folder, "x/**/*.traj")]);
    expect(globbed.map((source) => source.relativePath)).toEqual(["a.traj", "y/b.traj"]);
  });

  it("takes a file named twice once, whatever the order of the arguments", async () => {
    const folder = await folderOf({ "x/a.jsonl": preds("a") });
    const forth = await findSources([folder, join(folder, "x/a.jsonl")]);
    const back = await findSources([join(folder, "x/a.jsonl"), folder]);
    expect(forth).toMatchObject([{ relativePath: "x/a.jsonl", direct: true }]);
    expect(back).toMatchObject([{ relativePath: "x/a.jsonl", direct: true }]);
  });

  it("follows links without going round in circles", async () => {
    const folder = await folderOf({ "x/a.jsonl": preds("a") });
    await symlink(folder, join(folder, "x/loop"));
    expect(await findSources([folder])).toHaveLength(1);
  });

  it.each(["nowhere.jsonl", "*.nothing"])("says that %s names nothing", async (name) => {
    const folder = await folderOf({ "a.jsonl": "" });
    await expect(findSources([join(folder, name)])).rejects.toMatchObject({
      code: "input",
      message: expect.stringContaining(name),
    });
    await expect(findSources([join(await folderOf({}))])).rejects.toMatchObject({ code: "input" });
  });

  it("passes over unknown files in a folder and refuses them by name", async () => {
    const folder = await folderOf({ "preds.jsonl": preds("a"), "README.md": "# Notes\n", "fix.diff": PATCH });
    const { rollouts, files } = await loadRollouts([folder], options());
    expect(rollouts).toHaveLength(1);
    expect(files.map(({ format, rollouts }) => [format, rollouts])).toEqual([
      [null, 0],
      [null, 0],
      ["predictions", 1],
    ]);
    expect(files.filter((file) => file.format === null).every((file) => file.reason !== null)).toBe(true);
    await expect(loadRollouts([join(folder, "fix.diff")], options({ skipBad: true }))).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("a lone patch"),
    });
  });

  it("says so where a folder holds no rollouts at all", async () => {
    const folder = await folderOf({ "README.md": "# Notes\n" });
    await expect(loadRollouts([folder], options())).rejects.toMatchObject({
      code: "input",
      message: expect.stringMatching(/no rollouts in .*1 files looked at/),
    });
  });

  it("keeps the instances that were asked for", async () => {
    const folder = await folderOf({ "a.jsonl": preds("a") + preds("b").replace("demo-1", "demo-2") });
    const { rollouts } = await loadRollouts([folder], options({ only: new Set(["demo__demo-2"]) }));
    expect(rollouts.map((rollout) => rollout.rolloutId)).toEqual(["b"]);
  });

  it("forces a format", async () => {
    const folder = await folderOf({ "a.json": JSON.stringify({ id: 1 }) });
    expect((await inspect([folder], { scaffold: "predictions" }))[0]).toMatchObject({
      format: "predictions",
      problems: [{ field: "model_patch" }],
    });
  });
});

describe("refusals", () => {
  it.each([
    ["a Jupyter notebook", JSON.stringify({ cells: [], nbformat: 4 })],
    [
      "logs of a SWE-bench harness run",
      jsonLines({ source: "s", run: "r", instance_id: "i", eval_sh: "", patch: "", report: {}, test_output: "" }),
    ],
    ["an evidence table", jsonLines({ instance_id: "i", test_generator: "g", gold: {}, base: {}, candidates: {} })],
    [
      "an evidence table",
      jsonLines({ instance_id: "i", regression_counts: {}, regression_tests: {}, reproduction: {} }),
    ],
    ["a table of Agentless patches", jsonLines({ instance_id: "i", patch_idx: 0, occurrence: 1, patch: "" })],
    ["R2E-Gym's table", JSON.stringify([{ docker_image: "d", regression_rates: [], gt_rewards: [] }])],
    [
      "instance records",
      jsonLines({ instance_id: "i", problem_statement: "p", base_commit: "b", test_patch: "", FAIL_TO_PASS: [] }),
    ],
    ["a summary report", JSON.stringify({ total_instances: 1, submitted_instances: 1, resolved_ids: [] })],
    [
      "a SWE-bench harness report",
      JSON.stringify({ "demo__demo-1": { patch_successfully_applied: true, resolved: true } }),
    ],
    ["leaderboard results", JSON.stringify({ no_generation: [], resolved: ["a"] })],
    ["a Codex-style event stream", jsonLines({ type: "thread.started", thread_id: "t" }, { type: "turn.started" })],
    [
      "a session in Vorflux's own form",
      JSON.stringify({ instance_id: "i", session_id: "s", trajectory_entries: 1, trajectory: [{ type: "llm_call" }] }),
    ],
    ["(bestk.evidence/1)", jsonLines({ schema: "bestk.evidence/1", instanceId: "i" })],
    ["an empty file", ""],
    ["holds no record", "[]"],
    ["holds no record", "{}\n"],
    ["a lone patch", PATCH],
    ["a Markdown trace", "# Trace: demo__demo-1\n\n## Step 1\n"],
    ["a text transcript in phases", `${"#".repeat(60)}\nPHASE 1\n`],
    ["a log of a SWE-bench harness run", "[demo] [demo__demo-1] Task Metadata:\n\t- Instance ID: demo__demo-1\n"],
    ["a log or test output", "+ source /opt/miniconda3/bin/activate\n++ x\n"],
    ["a shell script", "#!/bin/bash\nset -e\n"],
    ["in CSV", "submission,n_resolved\na,1\n"],
    ["a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"],
    ["looks like JSON, but no line of it can be parsed", '{"instance_id": x}\n{"instance_id": y}\n'],
    ["the JSON document ends in the middle", '{"info": {"submission": ""}, "mess'],
    ["UTF-16 text", Buffer.from('\ufeff{"instance_id": "i", "model_patch": ""}\n', "utf16le")],
    ["a binary file", Buffer.from([0, 1, 2, 3, 0, 255])],
    ["a plain-text log of Anthropic's tools agent", "Initial prompt:\nfix it\n"],
    ['text that starts with "hello"', "hello\nworld\n"],
    ['text that starts with "[2026-01-01] INFO start"', "[2026-01-01] INFO start\n[2026-01-01] INFO end\n"],
  ])("says that a file is %s", async (what, text) => {
    const line = await inspectText(text);
    expect(line).toMatchObject({
      format: null,
      rollouts: 0,
      problems: [{ line: null, message: expect.stringContaining(what) }],
    });
    expect(line.problems).toHaveLength(1);
  });

  it("names what it looked at and the nearest format", async () => {
    const line = await inspectText(JSON.stringify({ instance_id: "i", model_patches: "", model_name_or_path: "m" }));
    expect(line.problems[0]?.message).toBe(
      "no known format: a JSON object with the fields instance_id, model_patches, model_name_or_path; the nearest format is predictions (it lacks model_patch)",
    );
  });
});
