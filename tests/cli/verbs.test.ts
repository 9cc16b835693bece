import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compareNatural } from "../../src/core/order.js";
import { type Finished, ROOT, startProgram } from "../support/program.js";

const SUITE = join(ROOT, "benchmarks/demo");
const ROLLOUTS = join(SUITE, "rollouts");
const INSTANCES = join(SUITE, "instances.jsonl");
const ONE = "timefmt__duration-22";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-verbs-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function bestk(...args: readonly string[]): Promise<Finished> {
  return startProgram(folder, args).finished;
}

function jsonLines(text: string) {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("score", () => {
  it("gives each rollout of the wanted instances a reward or a reason, in natural order", async () => {
    const { code, stdout } = await bestk("score", ROLLOUTS, "--instances", INSTANCES, "--only", ONE, "--json");
    expect(code).toBe(0);
    const lines = jsonLines(stdout);
    const ids = lines.map(({ rolloutId }) => rolloutId);
    expect(ids).toEqual([...new Set<string>(ids)].sort(compareNatural));
    expect(ids).toHaveLength(8);
    for (const line of lines) {
      expect(line).toMatchObject({ schema: "bestk.score/1", instanceId: ONE, tokens: expect.any(Number) });
      const { status, value, reason } = line.reward;
      expect(status === "ok" ? value >= 0 && value <= 1 : typeof reason === "string").toBe(true);
    }
  });

  it("says that the issue comes from the trajectory where no instances are given", async () => {
    const { code, stdout, stderr } = await bestk("score", ROLLOUTS, "--only", ONE, "--dry-run");
    expect(stderr).toMatch(/the issue is the trajectory's first user message[\s\S]*8 rollouts would be scored/);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  });

  it("names the files of a folder that gave no rollouts: one may be a rollout that was cut off", async () => {
    const own = { schema: "bestk.rollout/1", instanceId: "x__y-1", rolloutId: "r1", patch: "", trajectory: null };
    await writeFile(join(folder, "r1.jsonl"), `${JSON.stringify(own)}\n`);
    await writeFile(join(folder, "r2.traj"), '{"trajectory": [{"action": "ls');
    for (let index = 0; index < 12; index++) await writeFile(join(folder, `log-${10 + index}.txt`), "a log\n");
    const { code, stderr } = await bestk("score", folder, "--dry-run");
    expect(code).toBe(0);
    expect(stderr).toContain("1 rollouts would be scored");
    const said = stderr.split("\n").filter((line) => line.startsWith("passed over: "));
    expect(said).toHaveLength(11);
    expect(said.at(-1)).toBe("passed over: 3 more files (`bestk inspect` lists them)");
    expect((await bestk("score", folder, "--dry-run", "--quiet")).stderr).toBe("");
  });

  it("reads the trajectory's issue where a record has none", async () => {
    const issue = "numbers below zero are lost";
    const trajectory = { issue, steps: [{ thought: "look", action: "ls", observation: "a.js" }], exitStatus: null };
    const own = { schema: "bestk.rollout/1", instanceId: "x__y-1", rolloutId: "r1", patch: "", trajectory };
    await writeFile(join(folder, "r1.jsonl"), JSON.stringify(own));
    await writeFile(join(folder, "bare.jsonl"), '{"instance_id": "x__y-1", "base_commit": "abc"}\n');
    const { stdout } = await bestk("render", "r1.jsonl", "--instances", "bare.jsonl");
    expect(stdout).toContain(issue);
  });

  it("exits 3 for a model folder that isn't one", async () => {
    const { code, stderr } = await bestk("score", ROLLOUTS, "--model", folder);
    expect(code).toBe(3);
    expect(stderr).toMatch(/reward\.json[\s\S]*hint: /);
  });
});

describe("render", () => {
  it("prints what the model reads of one rollout, with the issue of the instance", async () => {
    const args = ["render", ROLLOUTS, "--only", ONE, "--instances", INSTANCES, "--json"];
    const some = await bestk(...args);
    expect(some.code).toBe(2);
    const [, instance, id = ""] = /choose one, such as --only (\S+) --rollout (\S+)/.exec(some.stderr) ?? [];
    expect(instance).toBe(ONE);
    const { code, stdout } = await bestk(...args, "--rollout", id);
    expect(code).toBe(0);
    const issue = jsonLines(await readFile(INSTANCES, "utf8")).find(({ instance_id }) => instance_id === ONE);
    const { text, rolloutId } = JSON.parse(stdout);
    expect(rolloutId).toBe(id);
    expect(text).toContain(issue.problem_statement.trim().split("\n")[0]);
  });

  it("names the nearest rollout", async () => {
    const { code, stderr } = await bestk("render", ROLLOUTS, "--only", ONE, "--rollout", "nothing-like-it");
    expect(code).toBe(2);
    expect(stderr).toMatch(/no such rollout/);
  });
});

describe("run", () => {
  it("says what a dry run would do, and does nothing", async () => {
    const { code, stdout, stderr } = await bestk(
      ...["run", ROLLOUTS, "--instances", INSTANCES, "--limit", "2", "--dry-run", "--run", "run", "--events", "events"],
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/2 instances, 16 rollouts, \d+ distinct candidates/);
    expect(stdout).toMatch(/verdicts +\d+ to run, 0 cached/);
    const events = jsonLines(await readFile(join(folder, "events"), "utf8"));
    expect(events).toMatchObject([
      { schema: "bestk.event/1", type: "plan", instances: 2, rollouts: 16 },
      { type: "end", outcome: "done" },
    ]);
    await expect(readFile(join(folder, "run/run.json"))).rejects.toThrow();
  });
});

describe("run without tests", () => {
  it("plans rewards alone, and says nothing of how long tests take", async () => {
    await writeFile(join(folder, "ids.jsonl"), `{"instance_id": "${ONE}"}\n`);
    const asked = ["run", ROLLOUTS, "--instances", "ids.jsonl", "-a", "execution-free", "--dry-run"];
    const { code, stderr } = await bestk(...asked);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^to do: 0 candidates, \d+ rewards, about \d+ s with 2 at a time$/m);
  });
});

describe("doctor", () => {
  it("lists what there is and what is missing, with a cure", async () => {
    const { code, stdout } = await bestk("doctor", "--json");
    const { findings } = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(findings.map(({ name }: { name: string }) => name)).toContain("reward model");
    for (const { status, cure } of findings) if (status === "missing") expect(cure).toMatch(/\w/);
  });

  it("exits 3 where something is missing that nothing runs without", async () => {
    const { code, stdout } = await bestk("doctor", "--model", folder);
    expect(code).toBe(3);
    expect(stdout).toMatch(/reward model +MISSING/);
  });
});
