import { expect, test } from "vitest";
import { trae } from "../../src/rollouts/trae.js";
import { labelsOf, readFixture, stepsOf } from "../support/rolloutFixture.js";

test("a selection's patches are rollouts by place; success_id is 1 or 0 per patch", async () => {
  const read = await readFixture("trae/candidates.jsonl");
  expect(read.formats).toEqual({ "candidates.jsonl": "trae" });
  expect(labelsOf(read)).toEqual({
    "acme__calc-1 / 0": true,
    "acme__calc-1 / 1": false,
    "acme__calc-1 / 2": false,
    "acme__calc-2 / 0": undefined,
    "acme__calc-2 / 1": undefined,
    // One entry for three patches: it can't be said which is meant.
    "acme__calc-3 / 0": null,
    "acme__calc-3 / 1": null,
    "acme__calc-3 / 2": null,
  });
  expect(read.rollouts["acme__calc-1 / 1"]?.patch).toBe("");
});

test("an agent's trajectory has its steps, and the patch from the file beside it", async () => {
  const read = await readFixture("trae/acme__calc-1");
  const name = "acme__calc-1 / acme__calc-1.json";
  expect(read.formats["acme__calc-1.json"]).toBe("trae");
  expect(stepsOf(read, name)).toEqual(["Look first. | ls | calc.py", " | task_done\nfalse | done\nexit 1"]);
  expect(read.rollouts[name]?.patch).toContain("diff --git");
  expect(read.rollouts[name]?.trajectory).toMatchObject({ issue: "Fix calc.", exitStatus: "completed" });
  expect(read.rollouts[name]?.label).toBeUndefined();
});

test("without agent steps, the requests to the model are the turns; results come with the next request", async () => {
  const read = await readFixture("trae/acme__calc-2.json");
  expect(stepsOf(read, "acme__calc-2 / acme__calc-2.json")).toEqual(["One. | pwd | /repo", "Two. |  | "]);
  expect(read.rollouts["acme__calc-2 / acme__calc-2.json"]?.patch).toBeNull();
});

test("steps nested in their requests are read too; the file's name stands for the instance", async () => {
  const read = await readFixture("trae/core__demo.json");
  expect(stepsOf(read, "core__demo / core__demo.json")).toEqual(["hello |  | out of tokens"]);
});

test("a patch that is no text names its place", () => {
  const source = { file: "c.jsonl", relativePath: "c.jsonl", sibling: async () => null, names: async () => [] };
  const value = { instance_id: "acme__calc-1", issue: "", patches: ["", {}] };
  expect(() => trae.read({ value, line: 1, key: null }, source)).toThrow("patches[1]: expected a patch");
});
