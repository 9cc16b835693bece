// What each format's fixture yields, plain and gzipped, and under a name that says nothing.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadRollouts } from "../../src/rollouts/load.js";
import { FIXTURES, folderOf, inspect, options, PATCH } from "./files.js";

const fixture = (name: string): string => join(FIXTURES, name);

const EXPECTED = [
  [
    "bestk/rollouts.jsonl",
    "bestk",
    { rollouts: 3, steps: 2, patches: 1, emptyPatches: 1 },
    ["demo__demo-1", "demo__demo-2"],
  ],
  [
    "predictions/list.json",
    "predictions",
    { rollouts: 2, steps: 0, patches: 1, emptyPatches: 1 },
    ["demo__demo-1", "demo__demo-2"],
  ],
  [
    "predictions/preds.json",
    "predictions",
    { rollouts: 2, steps: 0, patches: 1, emptyPatches: 1 },
    ["demo__demo-1", "demo__demo-2"],
  ],
  [
    "predictions/preds.jsonl",
    "predictions",
    { rollouts: 2, steps: 0, patches: 2, emptyPatches: 0 },
    ["demo__demo-1", "demo__demo-2"],
  ],
  [
    "normalised/trajectories.jsonl",
    "normalised",
    { rollouts: 2, steps: 2, patches: 1, emptyPatches: 0 },
    ["demo__demo-1"],
  ],
  [
    "normalised/candidates.jsonl",
    "normalised",
    { rollouts: 2, steps: 0, patches: 1, emptyPatches: 1 },
    ["demo__demo-1"],
  ],
  [
    "swe-agent/demo__demo-1.traj",
    "swe-agent",
    { rollouts: 1, steps: 2, patches: 1, emptyPatches: 0 },
    ["demo__demo-1"],
  ],
  [
    "swe-agent/cost_2_2__demo__demo-2.traj",
    "swe-agent",
    { rollouts: 1, steps: 1, patches: 0, emptyPatches: 0 },
    ["demo__demo-2"],
  ],
  [
    "swe-agent/one.traj",
    "swe-agent",
    { rollouts: 1, steps: 1, patches: 1, emptyPatches: 0 },
    ["demo__demo.abc123.pr_7"],
  ],
  ["coder/demo__demo-3.traj", "coder", { rollouts: 1, steps: 3, patches: 1, emptyPatches: 0 }, ["demo__demo-3"]],
  [
    "mini-swe-agent/v1.traj.json",
    "mini-swe-agent",
    { rollouts: 1, steps: 2, patches: 1, emptyPatches: 0 },
    ["demo__demo-1"],
  ],
  [
    "mini-swe-agent/v2.traj.json",
    "mini-swe-agent",
    { rollouts: 1, steps: 2, patches: 0, emptyPatches: 1 },
    ["demo__demo-2"],
  ],
  [
    "mini-swe-agent/demo__demo-9.traj.json",
    "mini-swe-agent",
    { rollouts: 1, steps: 2, patches: 1, emptyPatches: 0 },
    ["demo__demo-9"],
  ],
] as const;

describe("formats", () => {
  it.each(EXPECTED)("%s is %s, plain and gzipped", async (name, format, counts, instances) => {
    const plain = fixture(name);
    const [line] = await inspect([plain]);
    expect(line).toEqual({ schema: "bestk.inspect/1", file: plain, format, ...counts, instances, problems: [] });
    const folder = await folderOf({ [`${name.split("/").at(-1)}.gz`]: await readFile(plain) });
    const [zipped] = await inspect([folder]);
    expect({ ...zipped, file: plain }).toEqual(line);
  });

  it.each(EXPECTED)("%s is found by content under another name", async (name, format) => {
    const folder = await folderOf({ "demo__demo-1/blob.dat": await readFile(fixture(name)) });
    expect((await inspect([folder]))[0]?.format).toBe(format);
  });

  it("tells thought, action and observation apart in every chat form", async () => {
    const steps = async (name: string) =>
      (await loadRollouts([fixture(name)], options())).rollouts[0]?.trajectory?.steps;
    expect(await steps("normalised/trajectories.jsonl")).toEqual([
      { thought: "THOUGHT: look first", action: "ls", observation: "a.js" },
      { thought: "Now fix it", action: 'edit {"path":"a.js"}', observation: "done" },
    ]);
    expect(await steps("mini-swe-agent/v2.traj.json")).toEqual([
      { thought: "I look first.", action: "ls", observation: "<returncode>0</returncode>" },
      { thought: "Done.", action: "echo COMPLETE", observation: "" },
    ]);
    expect(await steps("swe-agent/demo__demo-1.traj")).toEqual([
      { thought: "I look.", action: "ls", observation: "a.js" },
      { thought: "Done.", action: "submit", observation: "" },
    ]);
  });

  it("takes the issue from the first user message that is no demonstration", async () => {
    const issue = async (name: string) =>
      (await loadRollouts([fixture(name)], options())).rollouts[0]?.trajectory?.issue;
    expect(await issue("swe-agent/demo__demo-1.traj")).toBe("ISSUE: it loses values.");
    expect(await issue("swe-agent/one.traj")).toBe("it loses values");
    expect(await issue("coder/demo__demo-3.traj")).toBe("ISSUE: it loses values.");
  });

  it("names rollouts by the rule of their format", async () => {
    const ids = async (name: string) =>
      (await loadRollouts([fixture(name)], options())).rollouts.map((rollout) => rollout.rolloutId);
    expect(await ids("bestk/rollouts.jsonl")).toEqual(["r1", "r2", "rollouts.jsonl"]);
    expect(await ids("predictions/preds.json")).toEqual(["agent-b", "agent-b"]);
    expect(await ids("normalised/candidates.jsonl")).toEqual(["own/agent#run-1", "own/agent#run-2"]);
    expect(await ids("swe-agent")).toEqual(["demo__demo-1.traj", "cost_2_2__demo__demo-2.traj", "one.traj"]);
  });

  it("moves labels into a map of their own", async () => {
    const { rollouts, labels } = await loadRollouts([fixture("bestk/rollouts.jsonl")], options());
    expect(JSON.stringify(rollouts)).not.toContain("resolved");
    expect([...(labels.get("demo__demo-1") ?? [])]).toEqual([["r1", true]]);
    expect(labels.get("demo__demo-2")?.get("rollouts.jsonl")).toBeNull();
    expect(rollouts[0]?.patch).toBe(PATCH);
  });
});
