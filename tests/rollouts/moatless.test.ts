import { expect, test } from "vitest";
import { readFixture, stepsOf } from "../support/rolloutFixture.js";

test("steps: each action is a turn, its reasoning the thought", async () => {
  const read = await readFixture("moatless/steps");
  const name = "acme__calc-1 / acme__calc-1.json";
  expect(read.formats).toEqual({ "acme__calc-1.json": "moatless" });
  expect(stepsOf(read, name)).toEqual([
    ' | search {"query":"calc"} | Found 1 span.',
    'It is add. | identify {"span_ids":["add"]} | ',
    ' | search_replace {"replacement_code":"x"} | --- a\n+++ b',
  ]);
  expect(read.rollouts[name]?.patch).toContain("diff --git");
  expect(read.rollouts[name]?.trajectory?.issue).toBe("calc is wrong");
});

test("transitions: a retry is a turn of its own; an empty submission is an empty patch", async () => {
  const read = await readFixture("moatless/transitions");
  const name = "acme__calc-2 / acme__calc-2.json";
  expect(stepsOf(read, name)).toEqual([
    'Search. | SearchCode {"search_requests":[{"query":"calc"}],"complete":false} | {"ranked_spans":[{"span_id":"add"}]}',
    'Plan. | PlanToCode {"action":"modify"} | Apply a change or finish.',
    'Again. | PlanToCode {"action":"finish"} | ',
  ]);
  expect(read.rollouts[name]).toMatchObject({ patch: "", trajectory: { exitStatus: "rejected" } });
});

test("a tree of transitions: the path to the current one, without abandoned branches", async () => {
  const read = await readFixture("moatless/tree");
  expect(stepsOf(read, "acme__calc-3 / acme__calc-3__trajectory.json")).toEqual([
    'S. | SearchCode {"query":"q"} | hit',
    ' | EditCode {"content":"<replace>x</replace>"} | --- a\n+++ b',
  ]);
});

test("nodes of a loop: the patch is put together from the last file context", async () => {
  const read = await readFixture("moatless/nodes");
  const name = "acme__calc-4 / acme__calc-4/trajectory.json";
  expect(stepsOf(read, name)).toEqual([
    'Find it. | FindFunction {"function_name":"add"} | Found.',
    'Change it. | StringReplace {"old_str":"a","new_str":"b"} | Edited.',
    ' | Finish {"finish_reason":"ok"} | ok',
  ]);
  expect(read.rollouts[name]?.patch?.match(/^diff --git/gm)).toHaveLength(2);
  expect(read.rollouts[name]?.trajectory?.exitStatus).toBe("finish");
});

test("a search tree: every finished leaf is a rollout with its own path and patch, and model rewards are no labels", async () => {
  const read = await readFixture("moatless/search/tree.json");
  expect(Object.keys(read.rollouts)).toEqual(["acme__calc-5 / tree.json#4", "acme__calc-5 / tree.json#5"]);
  expect(stepsOf(read, "acme__calc-5 / tree.json#5")).toEqual([
    "t1 | FindClass | o1",
    "t3 | StringReplace | o3",
    "t5 | Finish | o5",
  ]);
  expect(read.rollouts["acme__calc-5 / tree.json#4"]?.patch).toContain("+two");
  expect(read.rollouts["acme__calc-5 / tree.json#5"]?.patch).toContain("+one");
  expect(read.rollouts["acme__calc-5 / tree.json#5"]?.label).toBeUndefined();
});

test("a root alone is an attempt without steps; its instance comes from the path", async () => {
  const read = await readFixture("moatless/search/acme__calc-6.json");
  expect(read.rollouts["acme__calc-6 / acme__calc-6.json"]).toMatchObject({
    patch: "",
    trajectory: { issue: "calc is wrong", steps: [] },
  });
});

test("newer nodes hold several actions of one answer: one step", async () => {
  const read = await readFixture("moatless/search/steps.json");
  expect(stepsOf(read, "acme__calc-7 / steps.json")).toEqual([
    'Two at once. | ReadFile {"file_path":"a"}\nReadFile {"file_path":"b"} | A\nB',
    "I am thinking. |  | ",
    'Done. | Finish {"finish_reason":"ok"} | bye',
  ]);
});
