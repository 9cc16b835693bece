import { expect, test } from "vitest";
import { openhands } from "../../src/rollouts/openhands.js";
import { labelsOf, readFixture, stepsOf } from "../support/rolloutFixture.js";

const NAME = "acme__calc-1 / output.jsonl";

test("event history: agent turns with what they caused; calls of one answer are one step", async () => {
  const read = await readFixture("openhands/output.jsonl");
  expect(read.formats).toEqual({ "output.jsonl": "openhands" });
  expect(stepsOf(read, NAME)).toEqual([
    "Look around. | ls | calc.py",
    'Hm. | think {"thought":"Hm."} | Your thought has been logged.',
    "Both. | cat a\ncat b | A\nB",
    "Shall I go on? |  | Please continue",
    'Edit. | edit {"path":"/workspace/calc.py","command":"str_replace","old_str":"a","new_str":"b","start":1,"end":-1} | No replacement',
    ' | finish {"final_thought":"Fixed.","task_completed":"true"} | ',
  ]);
  expect(read.rollouts[NAME]?.trajectory).toMatchObject({ exitStatus: "finish" });
  expect(read.rollouts[NAME]?.trajectory?.issue).toContain("calc is wrong");
});

test("patches: the workspace's diff, empty, or none where the run broke", async () => {
  const read = await readFixture("openhands/output.jsonl");
  expect(read.rollouts[NAME]?.patch).toContain("diff --git");
  expect(read.rollouts["acme__calc-2 / output.jsonl"]).toMatchObject({
    patch: "",
    trajectory: { issue: "the task", steps: [], exitStatus: "RuntimeError: Agent reached maximum iteration" },
  });
  expect(read.rollouts["acme__calc-3 / output.jsonl"]?.patch).toBeNull();
});

test("the harness's report is the label; an evaluation that broke is unknown", async () => {
  expect(labelsOf(await readFixture("openhands/output.jsonl"))).toEqual({
    "acme__calc-1 / output.jsonl": undefined,
    "acme__calc-2 / output.jsonl": false,
    "acme__calc-3 / output.jsonl": undefined,
    "acme__calc-4 / output.jsonl": null,
    "acme__calc-5 / output.jsonl": true,
  });
});

test("OpenDevin's pairs of action and observation", async () => {
  const read = await readFixture("openhands/opendevin.jsonl");
  expect(stepsOf(read, "acme__calc-1 / opendevin.jsonl")).toEqual(["Look. | ls | calc.py", " | ipython print(1) | 1"]);
  expect(labelsOf(read)).toEqual({ "acme__calc-1 / opendevin.jsonl": true });
});

test("the resolver's flat events; its own opinion of success is no label", async () => {
  const read = await readFixture("openhands/resolver.jsonl");
  const name = "acme__calc-5 / resolver.jsonl";
  expect(stepsOf(read, name)).toEqual(["Look. | ls | calc.py", "All good? |  | ", "Done. | finish | "]);
  expect(read.rollouts[name]).toMatchObject({ label: undefined, trajectory: { issue: "Please fix" } });
});

test("a trajectory as a bare list, of messages or of events, takes its instance from the path", async () => {
  const read = await readFixture("openhands/trajs");
  expect(read.formats).toEqual({ "acme__calc-1.json": "openhands", "acme__calc-2.json": "openhands" });
  expect(stepsOf(read, "acme__calc-1 / acme__calc-1.json")).toEqual(["Look. | ls | calc.py", "Fixed it. |  | "]);
  expect(read.rollouts["acme__calc-2 / acme__calc-2.json"]).toMatchObject({ patch: null });
  expect(stepsOf(read, "acme__calc-2 / acme__calc-2.json")).toHaveLength(6);
});

test("a logged completion: what was sent and the answer to it; calls as text, and the example is no issue", async () => {
  const read = await readFixture("openhands/logs");
  const [native, asText] = Object.keys(read.rollouts);
  expect(stepsOf(read, native ?? "").at(-1)).toBe(
    'Next. | str_replace_editor {"command":"view","path":"/workspace"} | ',
  );
  expect(stepsOf(read, asText ?? "")).toEqual([
    "Look. | ls | EXECUTION RESULT of [execute_bash]:\ncalc.py",
    "Done. | finish | ",
  ]);
  expect(read.rollouts[asText ?? ""]?.trajectory?.issue).toBe("calc is wrong");
});

test("published trajectories carry their own ids and labels", async () => {
  const read = await readFixture("openhands/published.jsonl");
  expect(labelsOf(read)).toEqual({ "acme__calc-1 / CodeActAgent_run_1": true, "acme__calc-1 / t-2": false });
  expect(stepsOf(read, "acme__calc-1 / t-2")).toHaveLength(2);
  const completions = await readFixture("openhands/output.with_completions.jsonl");
  expect(stepsOf(completions, "acme__calc-1 / output.with_completions.jsonl")).toHaveLength(2);
});

test("a record without an instance, or with a history of something else, names the field", () => {
  const source = {
    file: "output.jsonl",
    relativePath: "output.jsonl",
    sibling: async () => null,
    names: async () => [],
  };
  const read = (value: unknown) => openhands.read({ value, line: 1, key: null }, source);
  expect(() => read({ history: [], instruction: "i" })).toThrow("instance_id: expected an id, got nothing");
  expect(() => read({ instance_id: "a", history: "gone" })).toThrow("history: expected a list");
  expect(() => read({ instance_id: "a", history: [{ action: "run" }, 7] })).toThrow("history[1]: expected an object");
  expect(() => read({ instance_id: "a", history: [{ x: 1 }] })).toThrow("history[0]: expected an event");
  expect(() => read({ instance_id: "a", test_result: { git_patch: 5 } })).toThrow("test_result.git_patch: expected");
});
