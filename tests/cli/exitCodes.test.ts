// The exit codes that are documented, each by the built program, and what a person reads with it.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventLineSchema } from "../../src/core/schemas/events.js";
import { configSchema, initSchema, runPlanSchema } from "../../src/core/schemas/plans.js";
import { doctorSchema } from "../../src/core/schemas/run.js";
import { type Finished, ROOT, readJsonLines, startProgram } from "../support/program.js";

const SUITE = join(ROOT, "benchmarks/demo");
const ROLLOUTS = join(SUITE, "rollouts");
const INSTANCES = join(SUITE, "instances.jsonl");
const ONE = "semverlite__semver-8";
const RUN = [
  "run",
  ROLLOUTS,
  "--instances",
  INSTANCES,
  "--sandbox",
  "process",
  "--only",
  ONE,
  "--run",
  "run",
  "--eager",
];
const LONG_MS = 120_000;

/** A folder with a run of RUN that was never interrupted, and how that ended. */
let home: string;
let done: Finished;
/** Of each test its own. */
let folder: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "bestk-exit-done-"));
  done = await startProgram(home, [...RUN, "--events", "events.jsonl"]).finished;
}, LONG_MS);

afterAll(() => rm(home, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-exit-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function bestk(...args: readonly string[]): Promise<Finished> {
  return startProgram(folder, args).finished;
}

const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? "";

describe("0: done", () => {
  it("for a run; its plan first, in two lines; its events as their schema says; then nothing is left to do", {
    timeout: LONG_MS,
  }, async () => {
    const { code, stderr } = done;
    expect(code).toBe(0);
    const [first, second] = stderr.split("\n").filter((line) => !line.startsWith("sandbox:"));
    expect(first).toBe("1 instances, 8 rollouts, 3 distinct candidates");
    expect(second).toMatch(/^to do: .*3 candidates, 1 bases, \d+ rewards, about .* \(assumed: 30 s a run/);
    const events = (await readJsonLines(join(home, "events.jsonl"))).map((event) => eventLineSchema.parse(event));
    expect(events[0]).toMatchObject({ type: "plan", candidates: 3, cachedCandidates: 0 });
    expect(events.at(-1)).toMatchObject({ type: "end", outcome: "done" });
    const times = events.map(({ time }) => time);
    expect(times).toEqual([...times].sort());
    for (const kind of ["base", "candidate"] as const) {
      const begun = events.filter(({ type }) => type === `${kind}-started`).length;
      const ended = events.filter((event) => event.type === kind && !event.cached && event.seconds > 0);
      expect(begun).toBeGreaterThan(0);
      expect(ended.length).toBeGreaterThanOrEqual(begun);
    }
    await cp(join(home, "run"), join(folder, "run"), { recursive: true });
    const before = await readFile(join(folder, "run/evidence.jsonl"), "utf8");
    const planned = await bestk(...RUN, "--dry-run", "--json");
    expect(runPlanSchema.parse(JSON.parse(planned.stdout))).toMatchObject({
      instances: 1,
      candidates: 3,
      bases: { cached: 1, toRun: 0 },
      time: { measured: 1 },
    });
    const { verdicts, rewards } = runPlanSchema.parse(JSON.parse(planned.stdout));
    expect(verdicts.cached).toBe(events.filter(({ type }) => type === "candidate-started").length);
    expect(rewards?.toScore).toBe(0);
    expect(await readFile(join(folder, "run/evidence.jsonl"), "utf8")).toBe(before);
    // Other limits are another verdict.
    const other = runPlanSchema.parse(JSON.parse((await bestk(...RUN, "--pids", "99", "--dry-run", "--json")).stdout));
    expect(other.verdicts.cached).toBe(0);
  });

  it("for what only looks", async () => {
    const shown = await bestk("rank", "--show-config", "--json");
    expect(configSchema.parse(JSON.parse(shown.stdout))).toMatchObject({ verb: "rank", file: null });
    const doctor = await bestk("doctor", "--json");
    expect(doctorSchema.parse(JSON.parse(doctor.stdout)).findings.length).toBeGreaterThan(5);
    expect([shown.code, doctor.code]).toEqual([0, 0]);
  });
});

describe("1: a bug", () => {
  it("asks to be reported, with a stack", async () => {
    await writeFile(
      join(folder, "bestk.config.js"),
      "export default { get jobs() { throw new TypeError('planted'); } };",
    );
    const { code, stderr, stdout } = await bestk("rank", "x");
    expect(stderr).toMatch(/^bug: planted\n[\s\S]*at [\s\S]*please report it/);
    expect([code, stdout]).toEqual([1, ""]);
  });
});

describe("2: usage, configuration or input", () => {
  it.each([
    [["rnk"], /unknown command 'rnk'[\s\S]*rank/],
    [["testgen", "mien"], /unknown command 'mien'[\s\S]*mine/],
    [["run", "x", "--instnaces", "y"], /unknown option '--instnaces'[\s\S]*--instances/],
    [["run", "x", "--memory", "lots"], /--memory[\s\S]*expected a size of at least 16m/],
    [["completion", "bsh"], /expected one of bash, zsh, fish/],
    [["inspect", "nowhere"], /nowhere/],
    [["inspect", ROLLOUTS, "--only", "timefmt__duration-2"], /no such instance[\s\S]*timefmt__duration-22/],
    [["doctor", "--sandbox", "dokcer"], /unknown sandbox[\s\S]*docker/],
  ])("%j", async (args, message) => {
    const { code, stdout, stderr } = await bestk(...args);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
  });

  it("of a file of settings: its path, the keys, the value, what is allowed and the nearest name", async () => {
    const path = join(folder, "bestk.config.yaml");
    await writeFile(path, "run:\n  sandbox: dokcer\n");
    const { code, stderr } = await bestk("run", "x");
    expect(stderr).toContain(`${path}: run.sandbox: "dokcer" is not one of docker, process`);
    expect(lastLine(stderr)).toBe("hint: did you mean docker?");
    expect(code).toBe(2);
  });

  it("of init where a file is there, which it leaves alone without --force", async () => {
    await writeFile(
      join(folder, "preds.jsonl"),
      '{"instance_id":"a__b-1","model_name_or_path":"m","model_patch":""}\n',
    );
    await writeFile(join(folder, "tasks.jsonl"), '{"instance_id":"a__b-1","problem_statement":"wrong"}\n');
    await writeFile(join(folder, "go.mod"), "module x\n");
    const { code, stdout } = await bestk("init", "--json");
    expect(code).toBe(0);
    expect(initSchema.parse(JSON.parse(stdout))).toMatchObject({
      rollouts: [{ path: "preds.jsonl", formats: ["predictions"] }],
      instances: [{ path: "tasks.jsonl", instances: 1 }],
      runner: { name: "go", because: "go.mod" },
    });
    const path = join(folder, "bestk.config.yaml");
    const shown = configSchema.parse(JSON.parse((await bestk("run", "--show-config", "--json")).stdout));
    expect(shown).toMatchObject({ rollouts: ["preds.jsonl"] });
    expect(shown.settings.find(({ name }) => name === "instances")).toMatchObject({
      value: ["tasks.jsonl"],
      source: "file",
    });
    await writeFile(path, "jobs: 7\n");
    const again = await bestk("init");
    expect([again.code, await readFile(path, "utf8")]).toEqual([2, "jobs: 7\n"]);
    expect((await bestk("init", "--force")).code).toBe(0);
    expect(await readFile(path, "utf8")).toContain("rollouts: [preds.jsonl]");
  });
});

describe("3: a prerequisite", () => {
  it("of the reward model, and of an engine that was asked for", async () => {
    expect((await bestk("score", ROLLOUTS, "--model", folder)).code).toBe(3);
    const env = { ...process.env, DOCKER_HOST: "unix:///nonexistent.sock" };
    const { code, stdout } = await startProgram(folder, ["doctor", "--sandbox", "docker", "--json"], env).finished;
    const { findings } = doctorSchema.parse(JSON.parse(stdout));
    const engine = findings.find(({ name }) => name === "container engine");
    expect(engine).toMatchObject({
      status: "missing",
      needed: true,
      cause: expect.any(String),
      cure: expect.any(String),
    });
    expect(code).toBe(3);
  });
});

describe("4: evidence that is missing", () => {
  it("beyond --max-unavailable", { timeout: LONG_MS }, async () => {
    await cp(join(home, "run"), join(folder, "run"), { recursive: true });
    const { code, stderr } = await bestk(...RUN, "--max-unavailable", "0");
    expect(stderr).toMatch(/of the evidence is unavailable, more than 0\.0 %/);
    expect(code).toBe(4);
  });
});

describe("130: interrupted", () => {
  it("and the last line is the command that goes on, as it can be pasted", { timeout: LONG_MS }, async () => {
    const args = ["demo", "--limit", "2"];
    const { child, finished } = startProgram(folder, args);
    child.stderr?.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("[1/")) child.kill("SIGINT");
    });
    const { code, stderr, stdout } = await finished;
    expect([code, stdout]).toEqual([130, ""]);
    expect(stderr).toContain("interrupted: waiting for the work in flight (Ctrl-C again stops it)");
    expect(stderr).toContain("error: interrupted; what was done is kept");
    expect(lastLine(stderr)).toMatch(/^hint: go on with: node .*main\.js demo --limit 2 --run \/.*bestk-demo-\w+$/);
    await rm(lastLine(stderr).split(" ").at(-1) ?? "", { recursive: true });
  });
});
