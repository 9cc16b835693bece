import { expect, test } from "vitest";
import { agentless } from "../../src/rollouts/agentless.js";
import { labelsOf, readFixture } from "../support/rolloutFixture.js";

test("a sample's number in the file name is the rollout id; processed and normalized hold the same raw patch", async () => {
  const read = await readFixture("agentless/repair_sample_1");
  expect(new Set(Object.values(read.formats))).toEqual(new Set(["agentless"]));
  expect(Object.keys(read.rollouts).sort()).toEqual(["acme__calc-1 / 0", "acme__calc-1 / 12", "acme__calc-2 / 0"]);
  expect(read.rollouts["acme__calc-1 / 0"]?.patch).toContain("+new");
  expect(read.rollouts["acme__calc-2 / 0"]?.patch).toBe("");
  expect(read.rollouts["acme__calc-1 / 0"]?.trajectory).toBeNull();
  expect(new Set(Object.values(labelsOf(read)))).toEqual(new Set([undefined]));
});

test("the selection has no sample number: its raw patch counts, not the normalized one", async () => {
  const read = await readFixture("agentless/all_preds.jsonl");
  expect(read.formats).toEqual({ "all_preds.jsonl": "agentless" });
  expect(read.rollouts["acme__calc-1 / all_preds.jsonl"]?.patch).not.toContain("NORMAL");
});

test("plain predictions are not taken for Agentless output", () => {
  const first = { instance_id: "acme__calc-1", model_name_or_path: "m", model_patch: "" };
  const source = { file: "preds.jsonl", relativePath: "preds.jsonl", sibling: async () => null, names: async () => [] };
  expect(agentless.detect({ shape: "jsonl", first, head: "", source })).toBeNull();
  expect(() => agentless.read({ value: { instance_id: "acme__calc-1" }, line: 3, key: null }, source)).toThrow(
    "model_patch: expected",
  );
});
