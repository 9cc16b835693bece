import { expect, test } from "vitest";
import { augment } from "../../src/rollouts/augment.js";
import { labelsOf, readFixture } from "../support/rolloutFixture.js";

test("each diff of an instruction is a rollout, with the place in the list as its id", async () => {
  const read = await readFixture("augment");
  expect(read.formats).toEqual({ "ensembler.jsonl": "augment" });
  expect(labelsOf(read)).toEqual({
    "problem-1 / 0": true,
    "problem-1 / 1": false,
    "problem-1 / 2": null,
    "problem-2 / 0": false,
    "problem-2 / 1": null,
    "7 / 0": undefined,
  });
  expect(read.rollouts["problem-1 / 2"]?.patch).toBe("");
  expect(read.rollouts["problem-2 / 1"]?.patch).toBeNull();
});

test("a diff that is no text names its place", () => {
  const source = { file: "e.jsonl", relativePath: "e.jsonl", sibling: async () => null, names: async () => [] };
  const value = { id: "p", instruction: "i", diffs: ["", 3] };
  expect(() => augment.read({ value, line: 1, key: null }, source)).toThrow("diffs[1]: expected a diff");
});
