import { expect, test } from "vitest";
import { labelsOf, readFixture, stepsOf } from "../support/rolloutFixture.js";

test("events of the SDK: calls of one answer are one step, results go to their call", async () => {
  const read = await readFixture("openhands-sdk/output.jsonl");
  const name = "acme__calc-1 / output.jsonl";
  expect(read.formats).toEqual({ "output.jsonl": "openhands-sdk" });
  expect(stepsOf(read, name)).toEqual([
    "Look. | ls\npwd | calc.py\n/workspace",
    ' | file_editor {"command":"view","path":"/workspace/calc.py"} | bad arguments',
    ' | finish {"message":"Fixed."} | Fixed.',
  ]);
  expect(read.rollouts[name]?.trajectory).toMatchObject({ issue: "calc is wrong", exitStatus: "finish" });
});

test("a score of another benchmark is neither patch nor label; the instruction stands in for a missing first message", async () => {
  const read = await readFixture("openhands-sdk/output.jsonl");
  expect(read.rollouts["acme__calc-2 / output.jsonl"]).toMatchObject({
    patch: null,
    trajectory: { issue: "the task" },
  });
  expect(read.rollouts["acme__calc-3 / output.jsonl"]).toMatchObject({
    patch: "",
    trajectory: { steps: [], exitStatus: "Remote conversation ended" },
  });
  expect(new Set(Object.values(labelsOf(read)))).toEqual(new Set([undefined]));
});

test("one conversation as a list, and output without any event", async () => {
  const list = await readFixture("openhands-sdk/conversations");
  expect(list.formats).toEqual({ "acme__calc-4.json": "openhands-sdk" });
  expect(stepsOf(list, "acme__calc-4 / acme__calc-4.json")).toHaveLength(3);
  const bare = await readFixture("openhands-sdk/no_events.jsonl");
  expect(bare.formats).toEqual({ "no_events.jsonl": "openhands-sdk" });
});
