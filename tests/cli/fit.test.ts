// `bestk fit` and `-a fusion:DIR` from the outside: files, exit codes, what people are told.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fusionWorld } from "../support/fusionWorld.js";
import { startProgram } from "../support/program.js";

const bestk = (args: readonly string[]) => startProgram(tmpdir(), args).finished;

describe("bestk fit", () => {
  let folder = "";
  const lines = (seed: number, withLabels: boolean): string => {
    const { evidence, labels } = fusionWorld({ instances: 30, seed });
    return evidence
      .map((own) => {
        const label = labels.get(own.instanceId)?.get(own.rolloutId);
        return `${JSON.stringify({ schema: "bestk.evidence/1", ...own, ...(withLabels ? { resolved: label } : {}) })}\n`;
      })
      .join("");
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "bestk-fit-"));
    await writeFile(join(folder, "own.jsonl"), lines(1, true));
    await writeFile(join(folder, "new.jsonl"), lines(2, true));
    await writeFile(join(folder, "bare.jsonl"), lines(3, false));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("writes a fusion and its card, which rank applies, and warns where it knows an instance", async () => {
    const out = join(folder, "out");
    const fitted = await bestk(["fit", join(folder, "own.jsonl"), "-o", out, "--splits", "1", "--json"]);
    expect(fitted.code).toBe(0);
    expect(JSON.parse(fitted.stdout)).toMatchObject({ schema: "bestk.fit/1", instances: 30 });
    expect(await readFile(join(out, "README.md"), "utf8")).toContain("agents left out");
    const again = join(folder, "again");
    await bestk(["fit", join(folder, "own.jsonl"), "-o", again, "--splits", "1"]);
    expect(await readFile(join(again, "fusion.json"), "utf8")).toBe(await readFile(join(out, "fusion.json"), "utf8"));

    const ranked = await bestk(["rank", join(folder, "new.jsonl"), "-a", `fusion:${out}`, "--json", "--abstain", "1"]);
    const document = JSON.parse(ranked.stdout);
    expect(document).toMatchObject({ aggregator: `fusion:${out}` });
    expect(document.instances[0]).toMatchObject({ abstains: true });
    expect(document.labelled.gapClosed).toBeGreaterThan(0.2);
    expect(ranked.stderr).not.toContain("was fitted on");
    const known = await bestk(["rank", join(folder, "own.jsonl"), "-a", `fusion:${out}`]);
    expect(known.stderr).toContain("was fitted on 30 of these 30 instances");
  }, 120_000);

  it("the fusion that ships is called fusion", async () => {
    const { code, stdout } = await bestk(["rank", join(folder, "new.jsonl"), "-a", "fusion", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).labelled.gapClosed).toBeGreaterThan(0.2);
  });

  it.each([
    ["no labels", ["fit", "bare.jsonl", "-o", "never-written"], /no rollout has a label/],
    ["no folder", ["rank", "own.jsonl", "-a", "fusion:nowhere"], /no fusion there/],
    ["no name", ["rank", "own.jsonl", "-a", "fusion:"], /names no folder/],
  ])("says what is wrong: %s", async (_, args, message) => {
    const { code, stderr } = await bestk(args.map((arg) => (arg.endsWith(".jsonl") ? join(folder, arg) : arg)));
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
