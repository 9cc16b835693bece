import { describe, expect, it } from "vitest";
import { sweAgent } from "../../src/rollouts/sweAgent.js";

const SOURCE = { file: "x__y-1.traj", relativePath: "x__y-1.traj", sibling: async () => null };

async function patchOf(info: object): Promise<string | null | undefined> {
  const value = { trajectory: [{ action: "ls", observation: "a", thought: "look" }], history: [], info };
  const [rollout] = await sweAgent.read({ value, line: null, key: null }, SOURCE);
  return rollout?.patch;
}

describe("the end of a SWE-agent run", () => {
  it("is an empty patch where the run ended without a submission, and unknown where it was cut off", async () => {
    expect(await patchOf({ exit_status: "exit_cost", submission: null })).toBe("");
    expect(await patchOf({ exit_status: "early_exit" })).toBe("");
    expect(await patchOf({ model_stats: {} })).toBeNull();
    expect(await patchOf({ exit_status: "submitted", submission: "diff" })).toBe("diff");
  });
});
