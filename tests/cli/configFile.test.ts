// Settings: which file is found, what wins, what is refused and with which words; on commands that are made here.
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findConfig } from "../../src/cli/configFile.js";
import { addGlobalOptions, collect, idList, share } from "../../src/cli/options.js";
import { applySettings, type Settings } from "../../src/cli/settings.js";

let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "bestk-config-")));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, text);
  return path;
}

interface Applied extends Settings {
  readonly options: Readonly<Record<string, unknown>>;
}

/** The options of `bestk run`, or of another verb that has them, with an environment, from a folder. */
async function applied(
  argv: readonly string[],
  {
    env = {},
    cwd = folder,
    verb = "run",
  }: { readonly env?: Record<string, string>; readonly cwd?: string; readonly verb?: string } = {},
): Promise<Applied> {
  const command = addGlobalOptions(new Command(verb).exitOverride())
    .option("--instances <file>", "", collect)
    .option("--run <dir>", "", "bestk-run")
    .option("-a, --aggregator <name>", "", "hybrid")
    .option("--sandbox <name>", "", "docker")
    .option("--max-unavailable <share>", "", share, 1)
    .option("--names <ids>", "", idList);
  command.parse([...argv], { from: "user" });
  const known = async () => ({ flags: ["jobs", "k", "instances"], verbs: ["run", "rank", "testgen", "testgen mine"] });
  const settings = await applySettings(command, { verb: [verb], cwd, env, known });
  return { ...settings, options: command.opts() };
}

async function optionsOf(settings: string, ...argv: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  return (await applied([...argv, "--config", await file("settings.yaml", settings)])).options;
}

describe("which file", () => {
  it("is the nearest up to the repository's root, and no further", async () => {
    const root = join(folder, "repository");
    const inner = join(root, "a/b");
    await mkdir(inner, { recursive: true });
    await mkdir(join(root, ".git"));
    await file("bestk.config.yaml", "jobs: 9\n");
    expect(await findConfig(inner)).toBe(null);
    const atRoot = await file("repository/bestk.config.json", '{"jobs": 3}');
    expect(await findConfig(inner)).toBe(atRoot);
    const near = await file("repository/a/bestk.config.yaml", "jobs: 4\n");
    expect(await findConfig(inner)).toBe(near);
    expect(await findConfig(folder)).toBe(join(folder, "bestk.config.yaml"));
  });

  it("is none outside of a repository but the folder's own, and never two", async () => {
    await file("bestk.config.yaml", "jobs: 9\n");
    await mkdir(join(folder, "inner"));
    expect(await findConfig(join(folder, "inner"))).toBe(null);
    await file("bestk.config.js", "export default {}\n");
    await expect(findConfig(folder)).rejects.toMatchObject({
      code: "configuration",
      message: `${folder} has bestk.config.yaml and bestk.config.js`,
    });
  });

  it("may be a module, whose default export is the settings, in a promise too", async () => {
    const path = await file("bestk.config.mjs", "export default Promise.resolve({ jobs: 2 + 5 });\n");
    expect(await applied([])).toMatchObject({ file: path, options: { jobs: 7 } });
    await file("bestk.config.mjs", "");
    const without = await file("none.mjs", "export const jobs = 4;\n");
    await expect(applied(["--config", without])).rejects.toMatchObject({
      message: `${without}: has no default export`,
    });
    const broken = await file("broken.mjs", "export default {\n");
    await expect(applied(["--config", broken])).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining(`${broken}: can't be loaded`),
    });
  });

  it("names its paths from its own folder", async () => {
    await mkdir(join(folder, ".git"));
    await file("bestk.config.yaml", "instances: [data/i.jsonl, /tmp/j.jsonl]\nrun: runs/one\nrollouts: [trajs]\n");
    const cwd = join(folder, "deep/er");
    await mkdir(cwd, { recursive: true });
    const before = process.cwd();
    process.chdir(cwd);
    try {
      const { options, rollouts } = await applied([], { cwd });
      expect(options).toMatchObject({ instances: ["../../data/i.jsonl", "/tmp/j.jsonl"], run: "../../runs/one" });
      expect(rollouts).toEqual(["../../trajs"]);
    } finally {
      process.chdir(before);
    }
  });
});

describe("what wins", () => {
  it("is the command line before the environment before the verb's section before the rest of the file", async () => {
    await file("bestk.config.yaml", "jobs: 3\nseed: 3\nlimit: 3\nquiet: true\nrun: {jobs: 4, seed: 4, limit: 4}\n");
    const { options, settings } = await applied(["-j", "6"], { env: { BESTK_JOBS: "5", BESTK_SEED: "5" } });
    expect(options).toMatchObject({ jobs: 6, seed: 5, limit: 4, quiet: true });
    const from = Object.fromEntries(settings.map(({ name, source, where }) => [name, [source, where]]));
    expect(from).toMatchObject({
      jobs: ["flag", "--jobs"],
      seed: ["environment", "BESTK_SEED"],
      limit: ["file", `${join(folder, "bestk.config.yaml")}: run.limit`],
      quiet: ["file", `${join(folder, "bestk.config.yaml")}: quiet`],
      aggregator: ["default", null],
    });
  });

  it("sets what the command line left open, and nothing that it gave", async () => {
    const settings = "jobs: 4\nseed: 3\njson: true\nquiet: false\nmax-unavailable: 0.25\n";
    const options = await optionsOf(settings, "-j", "9");
    expect(options).toMatchObject({ jobs: 9, seed: 3, json: true, quiet: false, maxUnavailable: 0.25 });
  });

  it("reads lists from files, from JSON and from variables", async () => {
    const settings = JSON.stringify({ instances: ["/a.jsonl", "/b.jsonl"], only: "x__y-1, x__y-2", names: ["a", "b"] });
    expect(await optionsOf(settings)).toMatchObject({
      instances: ["/a.jsonl", "/b.jsonl"],
      only: ["x__y-1", "x__y-2"],
      names: ["a", "b"],
    });
    const env = { BESTK_INSTANCES: "a.jsonl, b.jsonl", BESTK_NAMES: "a,b", BESTK_JSON: "yes", BESTK_QUIET: "0" };
    const { options } = await applied([], { env });
    expect(options).toMatchObject({ instances: ["a.jsonl", "b.jsonl"], names: ["a", "b"], json: true, quiet: false });
  });

  it("is a verb's section, not the flag of its name that another verb has", async () => {
    await file("bestk.config.yaml", "jobs: 3\nrun: {run: runs/one, aggregator: first}\n");
    expect((await applied([], { verb: "rank" })).options).toMatchObject({ jobs: 3, run: "bestk-run" });
    expect((await applied([])).options).toMatchObject({ run: expect.stringMatching(/runs\/one$/) });
  });

  it("takes settings of other verbs as they are, and warns of variables that are no setting", async () => {
    await file("bestk.config.yaml", "k: 1-8\nrank: {nonsense: 1}\ntestgen: {mine: {timeout: 3}}\n");
    const env = { BESTK_JBOS: "4", BESTK_DATA: "/data", BESTK_K: "3" };
    expect((await applied([], { env })).warnings).toEqual(["BESTK_JBOS is no setting; did you mean BESTK_JOBS?"]);
  });
});

describe("what is refused", () => {
  it.each([
    ["an unknown name", "jbos: 4", /unknown setting "jbos" \(its value: 4\)/],
    ["one in the verb's section that only others take", "run: {k: 3}", /settings\.yaml: run\.k: unknown setting "k"/],
    ["itself", "config: other.yaml", /unknown setting "config"/],
    ["a verb that there isn't", "rnk: {jobs: 4}", /settings\.yaml: rnk: no such verb/],
    ["a number that is none", "jobs: many", /settings\.yaml: jobs: expected a whole number, at least 1; got "many"/],
    [
      "a number in a section",
      "run: {jobs: 0}",
      /settings\.yaml: run\.jobs: expected a whole number, at least 1; got 0/,
    ],
    ["a share beyond one", "max-unavailable: 1.5", /max-unavailable: expected a share.*got 1\.5/],
    ["a flag that is neither on nor off", 'json: "no"', /json: expected true or false, got "no"/],
    ["a word that isn't one of a few", "sandbox: dokcer", /sandbox: "dokcer" is not one of docker, process/],
    ["an aggregator", "aggregator: hybird", /aggregator: "hybird" is not one of random, first/],
    ["an object", "jobs: {n: 4}", /jobs: expected a string, a number or a list/],
    ["nothing", "jobs:", /jobs: expected/],
    ["a list of settings", "- jobs", /expected settings by name/],
    ["broken YAML", "a: [", /neither YAML nor JSON/],
  ])("%s", async (_, settings, message) => {
    await expect(optionsOf(settings)).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringMatching(message),
    });
  });

  it("with the nearest name as a hint, and the variable's name where it is one", async () => {
    await expect(optionsOf("jbos: 4")).rejects.toMatchObject({ hint: "did you mean jobs or json?" });
    await expect(optionsOf("sandbox: dokcer")).rejects.toMatchObject({ hint: "did you mean docker?" });
    const env = { BESTK_JOBS: "many" };
    await expect(applied([], { env })).rejects.toMatchObject({
      message: 'BESTK_JOBS: expected a whole number, at least 1; got "many"',
    });
    await expect(applied([], { env: { BESTK_JSON: "maybe" } })).rejects.toMatchObject({
      message: 'BESTK_JSON: expected true or false, got "maybe"',
    });
  });

  it("an empty file sets nothing", async () => {
    expect(await optionsOf("# nothing yet\n")).toMatchObject({ jobs: 2 });
  });
});
