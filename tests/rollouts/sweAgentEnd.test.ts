import { describe, expect, it } from "vitest";
import { sweAgent } from "../../src/rollouts/sweAgent.js";

const SOURCE = { file: "x__y-1.traj", relativePath: "x__y-1.traj", sibling: async () => null, names: async () => [] };

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

describe("the instance of a SWE-agent 0.x run", () => {
  const state = (repository: string): string => JSON.stringify({ working_dir: `/${repository}` });

  async function instanceOf(file: string, repository: string): Promise<string | undefined> {
    const trajectory = [{ action: "ls", observation: "a", thought: "look", state: state(repository) }];
    const value = { environment: "swe_main", trajectory, history: [], info: { exit_status: "submitted" } };
    const [rollout] = await sweAgent.read({ value, line: null, key: null }, { ...SOURCE, file });
    return rollout?.instanceId;
  }

  it("is the file's name where it is named after the repository, `owner__` or not", async () => {
    const run = "runs/gpt4__tasks__default__t-0.00__p-0.95__c-3.00__install-1";
    expect(await instanceOf(`${run}/6e44b9__calctest-1c28.traj`, "acme__calc-test")).toBe("6e44b9__calctest-1c28");
    expect(await instanceOf(`${run}/acme__calc-i1.traj`, "acme__calc")).toBe("acme__calc-i1");
    expect(await instanceOf(`${run}/calc_python-0.traj`, "bench__calc-python")).toBe("calc_python-0");
    expect(await instanceOf(`${run}/acme__calc-12.traj`, "acme__calc")).toBe("acme__calc-12");
  });

  it("is not made up from a name that has nothing to do with the repository", async () => {
    await expect(instanceOf("runs/t-0.00__c-3.00__install-1/one.traj", "acme__calc")).rejects.toThrow(/acme__calc/);
  });
});
