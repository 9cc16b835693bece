import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadTasks } from "../../src/rollouts/instances.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-instances-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function load(fields: Readonly<Record<string, unknown>>) {
  const file = join(folder, "instances.jsonl");
  await writeFile(file, JSON.stringify({ instance_id: "x__y-1", problem_statement: "wrong", ...fields }));
  return loadTasks([file]);
}

describe("instance records", () => {
  it("take an exit status for a verdict only where a command or a file gives it", async () => {
    const refused = { code: "input", message: expect.stringContaining("exit-code needs a command or files") };
    await expect(load({ regression_tests: { runner: "exit-code" } })).rejects.toMatchObject(refused);
    for (const given of [{ command: "make check" }, { files: ["check.sh"] }]) {
      const [task] = await load({ regression_tests: { runner: "exit-code", ...given } });
      expect(task?.regression).toMatchObject({ runner: "exit-code", ...given });
    }
  });

  it("are not rollouts, which name instances too, unless they hold an issue", async () => {
    for (const field of ["messages", "trajectory", "history", "model_patch"]) {
      await expect(load({ problem_statement: undefined, [field]: "" })).rejects.toMatchObject({
        code: "input",
        message: expect.stringContaining(`a rollout (it has "${field}"), not an instance record`),
      });
      expect(await load({ [field]: "" })).toHaveLength(1);
    }
    expect(await load({ problem_statement: undefined, base_commit: "abc" })).toHaveLength(1);
  });

  it.each([
    ["a name with =", { "A=B": "x" }],
    ["an empty name", { "": "x" }],
    ["a zero byte", { A: "x\0y" }],
  ])("refuse an environment that no process can be given: %s", async (_, env) => {
    await expect(load({ env })).rejects.toMatchObject({ code: "input", message: expect.stringContaining("env: ") });
    expect((await load({ env: { A: "b=c" } }))[0]?.environment.env).toEqual({ A: "b=c" });
  });
});
