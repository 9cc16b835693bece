import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { applyConfigFile } from "../../src/cli/configFile.js";
import { addGlobalOptions, collect, share } from "../../src/cli/options.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-config-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** The options of a command line with a settings file. */
async function optionsOf(settings: string, ...argv: readonly string[]): Promise<Record<string, unknown>> {
  const path = join(folder, "settings.yaml");
  await writeFile(path, settings);
  const command = addGlobalOptions(new Command().exitOverride())
    .option("--instances <file>", "", collect)
    .option("--max-unavailable <share>", "", share, 1);
  command.parse([...argv, "--config", path], { from: "user" });
  await applyConfigFile(command);
  return command.opts();
}

describe("applyConfigFile", () => {
  it("sets what the command line left open, and nothing that it gave", async () => {
    const settings = "jobs: 4\nseed: 3\njson: true\nquiet: false\nmax-unavailable: 0.25\n";
    const options = await optionsOf(settings, "-j", "9");
    expect(options).toMatchObject({ jobs: 9, seed: 3, json: true, quiet: false, maxUnavailable: 0.25 });
  });

  it("reads lists, and JSON as well", async () => {
    const settings = JSON.stringify({ instances: ["a.jsonl", "b.jsonl"], only: "x__y-1, x__y-2" });
    expect(await optionsOf(settings)).toMatchObject({
      instances: ["a.jsonl", "b.jsonl"],
      only: ["x__y-1", "x__y-2"],
    });
  });

  it.each([
    ["an unknown name", "jbos: 4", /unknown setting "jbos"/],
    ["itself", "config: other.yaml", /unknown setting "config"/],
    ["a number that is none", "jobs: many", /settings\.yaml: jobs: expected a whole number/],
    ["a share beyond one", "max-unavailable: 1.5", /max-unavailable: expected a share/],
    ["a flag that is neither on nor off", 'json: "no"', /json: expected true or false, got "no"/],
    ["an object", "jobs: {n: 4}", /jobs: expected a string, a number or a list/],
    ["nothing", "jobs:", /jobs: expected/],
    ["a list of settings", "- jobs", /expected settings by name/],
    ["broken YAML", "a: [", /neither YAML nor JSON/],
  ])("refuses %s", async (_, settings, message) => {
    await expect(optionsOf(settings)).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringMatching(message),
    });
  });
});
