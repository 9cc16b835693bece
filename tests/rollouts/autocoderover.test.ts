import { expect, test } from "vitest";
import { readFixture, stepsOf } from "../support/rolloutFixture.js";

test("only the last round is a rollout; the patch is the last one extracted, the instance is that of meta.json", async () => {
  const read = await readFixture("autocoderover/applicable_patch");
  const folder = "acme__calc-1_2024-04-06_13-51-50";
  const name = `acme__calc-1 / ${folder}/conversation_round_1.json`;
  expect(Object.keys(read.rollouts)).toEqual([name]);
  expect(read.formats[`${folder}/conversation_round_0.json`]).toBe("autocoderover");
  expect(read.formats[`${folder}/debug_agent_write_patch_1.json`]).toBe("autocoderover");
  expect(read.rollouts[name]?.patch).toContain("+second");
  expect(read.rollouts[name]?.trajectory).toMatchObject({
    issue: "<issue>calc is wrong\n</issue>",
    exitStatus: "applicable_patch",
  });
  expect(stepsOf(read, name)).toEqual([
    'Let me search: search_method("add") |  | Result of search_method("add"):\nFound 1\nLet\'s analyze collected context first',
    "add subtracts. |  | ",
  ]);
});

test("a whole folder without an extracted patch is an empty patch, a conversation alone an unknown one", async () => {
  const whole = await readFixture("autocoderover/raw_patch_but_unparsed");
  expect(Object.values(whole.rollouts).map(({ patch }) => patch)).toEqual([""]);
  const alone = await readFixture("autocoderover/alone");
  expect(Object.values(alone.rollouts)).toMatchObject([{ instanceId: "acme__calc-3", patch: null }]);
});

test("version 2: the last conversation that wrote a patch, with that patch", async () => {
  const read = await readFixture("autocoderover/v2");
  const rollouts = Object.values(read.rollouts);
  expect(rollouts.map(({ baseId }) => baseId.split("/").at(-1))).toEqual(["conv_patch_1.json"]);
  expect(rollouts[0]?.patch).toContain("+p1");
  expect(rollouts[0]?.instanceId).toBe("acme__calc-4");
});
