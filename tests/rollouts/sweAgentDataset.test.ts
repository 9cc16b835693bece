import { expect, test } from "vitest";
import { loadRollouts } from "../../src/rollouts/load.js";
import { folderOf, inspectText, jsonLines, options, PATCH } from "./files.js";

const COMMAND = "DISCUSSION\nLook.\n```\nls\n```";

test("rows with `text` messages: the model's turns are the steps, `target` is the label", async () => {
  const row = {
    instance_id: "acme__calc-1",
    trajectory: [
      { role: "system", system_prompt: "You are", text: null },
      { role: "user", text: "calc is wrong" },
      { role: "ai", text: COMMAND },
      { role: "user", text: "calc.py" },
    ],
    exit_status: "submitted",
    generated_patch: PATCH,
    target: true,
  };
  const other = { ...row, generated_patch: null, target: false };
  const folder = await folderOf({ "train.jsonl": jsonLines(row, other) });
  const { rollouts, labels } = await loadRollouts([folder], options());
  expect(rollouts.map((rollout) => rollout.rolloutId)).toEqual([
    expect.stringMatching(/^train\.jsonl~[0-9a-f]{8}$/),
    expect.stringMatching(/^train\.jsonl~[0-9a-f]{8}$/),
  ]);
  expect(rollouts.find((rollout) => rollout.patch !== null)).toMatchObject({
    patch: PATCH,
    trajectory: {
      issue: "calc is wrong",
      steps: [{ thought: "Look.", action: "ls", observation: "calc.py" }],
      exitStatus: "submitted",
    },
  });
  expect([...(labels.get("acme__calc-1")?.values() ?? [])].sort()).toEqual([false, true]);
});

test("SWE-smith's rows: messages as a JSON text, and the trajectory's own id", async () => {
  const messages = JSON.stringify([
    { role: "user", content: "calc is wrong" },
    { role: "assistant", content: COMMAND },
  ]);
  const row = { instance_id: "acme__calc-1", messages, patch: "", traj_id: "t1", resolved: false };
  const { rollouts } = await loadRollouts([await folderOf({ "tool.jsonl": jsonLines(row) })], options());
  expect(rollouts).toMatchObject([{ rolloutId: "t1", patch: "", trajectory: { steps: [{ action: "ls" }] } }]);
  const broken = await inspectText(jsonLines({ ...row, messages: "[{" }));
  expect(broken).toMatchObject({ format: "swe-agent", rollouts: 0 });
  expect(broken.problems).toHaveLength(1);
});

test("messages by instance without a patch are refused as what they are", async () => {
  const row = { instance_id: "acme__calc-1", messages: [{ role: "user", content: "calc is wrong" }] };
  const line = await inspectText(jsonLines(row, row));
  expect(line.format).toBeNull();
  expect(line.problems[0]?.message).toMatch(/chat messages alone/);
});
