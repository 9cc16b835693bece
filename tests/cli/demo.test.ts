// The shipped demo: every verdict of it as it was made, at most the promised time, and nothing lost through kills and Ctrl-C.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { copyDemoRun } from "../support/demoRun.js";
import {
  evidenceDifferences,
  ROOT,
  readJsonLines,
  runThroughKills,
  startProgram,
  wrongChoices,
} from "../support/program.js";

const SUITE = join(ROOT, "benchmarks/demo");
const DEMO_MS = 240_000;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-demo-test-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe("bestk demo", () => {
  it("verifies every rollout as it was made, and chooses a right one wherever there is one", {
    timeout: DEMO_MS,
  }, async () => {
    const { code, stderr } = await copyDemoRun(join(folder, "run"));
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(0);
    expect(await evidenceDifferences(join(folder, "run"), SUITE)).toEqual([]);
    const again = await startProgram(folder, ["demo", "--run", "run", "--json"]).finished;
    expect([again.code, again.stderr.match(/\n\s+at /)]).toEqual([0, null]);
    expect(await wrongChoices(again.stdout, SUITE)).toEqual([]);
  });

  it("promises less than two minutes before it begins", async () => {
    const { stdout } = await startProgram(folder, ["demo", "--dry-run", "--json"]).finished;
    const { time } = JSON.parse(stdout);
    expect(time).toMatchObject({ measured: 0, assumedSeconds: 1 });
    expect(time.seconds).toBeLessThan(120);
  });

  it("survives kill -9 at any moment and does again only what was in flight", { timeout: DEMO_MS }, async () => {
    const args = ["demo", "--run", "run", "--limit", "2", "--json"];
    const { last, verified, kills } = await runThroughKills(folder, args, [1200, 2500, 3500, 4500]);
    expect(last.code).toBe(0);
    expect(kills).toBeGreaterThan(0);
    expect(new Set(verified).size).toBe(verified.length);
    const again = await startProgram(folder, args).finished;
    expect(again.stdout).toBe(last.stdout);
    const lines = await readJsonLines<{ instanceId: string; rolloutId: string }>(join(folder, "run/evidence.jsonl"));
    expect(new Set(lines.map(({ instanceId, rolloutId }) => `${instanceId} ${rolloutId}`)).size).toBe(16);
    expect(lines).toHaveLength(16);
  });

  it("drains at the first Ctrl-C, exits 130 and goes on from there", { timeout: DEMO_MS }, async () => {
    const args = ["demo", "--run", "run", "--limit", "2"];
    const { child, finished } = startProgram(folder, args);
    child.stderr?.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("[2/")) child.kill("SIGINT");
    });
    const { code, stderr } = await finished;
    expect(code).toBe(130);
    expect(stderr).toMatch(/interrupted; what was done is kept\n.*go on with: .*demo --run run --limit 2\n$/);
    expect((await readJsonLines(join(folder, "run/evidence.jsonl"))).length).toBeGreaterThan(0);
    expect((await startProgram(folder, args).finished).code).toBe(0);
  });
});
