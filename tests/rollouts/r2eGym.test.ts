import { expect, test } from "vitest";
import { r2eGym } from "../../src/rollouts/r2eGym.js";
import { labelsOf, readFixture, stepsOf } from "../support/rolloutFixture.js";

test("the instance comes from the dataset, else from the image; the reward is a label only where it was computed", async () => {
  const read = await readFixture("r2e-gym");
  expect(read.formats).toEqual({ "e.jsonl": "r2e-gym" });
  expect(labelsOf(read)).toEqual({
    "acme__calc-1 / e.jsonl": true,
    "acme__calc-2 / e.jsonl": false,
    "someone/pandas_final:0123abc / e.jsonl": null,
    "someone/pandas_final:9999abc / e.jsonl": null,
  });
});

test("steps, issue, exit and patch", async () => {
  const read = await readFixture("r2e-gym");
  const first = read.rollouts["acme__calc-1 / e.jsonl"];
  expect(stepsOf(read, "acme__calc-1 / e.jsonl")[1]).toBe("Done. | <function=finish>\n</function> | <<< Finished >>>");
  expect(first?.trajectory).toMatchObject({ issue: "calc is wrong", exitStatus: "agent" });
  expect(first?.patch).toContain("diff --git");
  expect(read.rollouts["acme__calc-2 / e.jsonl"]?.patch).toBe("");
  expect(read.rollouts["someone/pandas_final:9999abc / e.jsonl"]?.patch).toBeNull();
});

test("a run whose steps were not kept has those of its history", async () => {
  const read = await readFixture("r2e-gym");
  expect(stepsOf(read, "someone/pandas_final:0123abc / e.jsonl")).toEqual(["Try. | ls | out"]);
});

test("R2E-Gym's table of scores is not a trajectory; a record without dataset and image can't be placed", () => {
  const source = { file: "t.jsonl", relativePath: "t.jsonl", sibling: async () => null, names: async () => [] };
  const table = { docker_image: "i", regression_rates: [1], gt_rewards: [0] };
  expect(r2eGym.detect({ shape: "jsonl", first: table, head: "", source })).toBeNull();
  const value = { trajectory_steps: [], output_patch: "" };
  expect(() => r2eGym.read({ value, line: 1, key: null }, source)).toThrow("docker_image: expected");
});
