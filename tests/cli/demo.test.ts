import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAM = join(ROOT, "dist/cli/main.js");
const DEMO_MS = 180_000;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-demo-test-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[]): { readonly child: ChildProcess; readonly finished: Promise<Finished> } {
  const child = spawn(process.execPath, [PROGRAM, "demo", "--run", join(folder, "run"), ...args], { cwd: folder });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const finished = new Promise<Finished>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, finished };
}

interface Signal {
  readonly value?: number;
  readonly reason?: string;
}

interface Line {
  readonly instanceId: string;
  readonly rolloutId: string;
  readonly signals: Readonly<Record<string, Signal>>;
}

async function evidence(): Promise<Line[]> {
  const text = await readFile(join(folder, "run/evidence.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

interface Expected {
  readonly acceptable: readonly string[];
  readonly rollouts: Readonly<
    Record<string, { readonly regression: number | string; readonly reproduction: number | string }>
  >;
}

describe("bestk demo", () => {
  it("verifies every rollout as it was made, and chooses a right one wherever there is one", {
    timeout: DEMO_MS,
  }, async () => {
    const { code, stdout, stderr } = await start(["--json"]).finished;
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(0);
    const expected = JSON.parse(await readFile(join(ROOT, "benchmarks/demo/expected.json"), "utf8")) as Record<
      string,
      Expected
    >;
    const lines = await evidence();
    const found = lines.map(({ instanceId, rolloutId, signals }) => [
      instanceId,
      rolloutId,
      ...[signals.regression, signals.reproduction].map((signal) => signal?.value ?? signal?.reason),
    ]);
    const wanted = Object.entries(expected).flatMap(([instanceId, { rollouts }]) =>
      Object.entries(rollouts).map(([id, { regression, reproduction }]) => [instanceId, id, regression, reproduction]),
    );
    expect(found.map((row) => JSON.stringify(row)).sort()).toEqual(wanted.map((row) => JSON.stringify(row)).sort());
    const chosen = (JSON.parse(stdout) as { instances: { instanceId: string; selected: string }[] }).instances;
    for (const { instanceId, selected } of chosen) {
      const { acceptable } = expected[instanceId] as Expected;
      if (acceptable.length > 0) expect(acceptable, instanceId).toContain(selected);
    }
  });

  it("survives kill -9 at any moment and does again only what was in flight", { timeout: DEMO_MS }, async () => {
    const args = ["--limit", "2", "--json", "--events", join(folder, "events.jsonl")];
    const done: string[] = [];
    let last: Finished | null = null;
    for (const killAfterMs of [1500, 2500, 4000, 5500, null]) {
      const { child, finished } = start(args);
      if (killAfterMs !== null) setTimeout(() => child.kill("SIGKILL"), killAfterMs);
      last = await finished;
      const events = (await readFile(join(folder, "events.jsonl"), "utf8").catch(() => "")).split("\n");
      for (const event of events.filter((line) => line.endsWith("}")).map((line) => JSON.parse(line))) {
        if (event.type === "candidate" && !event.cached && event.unavailable !== "empty-patch")
          done.push(event.candidateId);
      }
      if (last.code === 0) break;
    }
    expect(last?.code).toBe(0);
    expect(new Set(done).size).toBe(done.length);
    const again = await start(args).finished;
    expect(again.stdout).toBe(last?.stdout);
    const ids = (await evidence()).map(({ instanceId, rolloutId }) => `${instanceId} ${rolloutId}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(16);
  });

  it("drains at the first Ctrl-C, exits 130 and goes on from there", { timeout: DEMO_MS }, async () => {
    const { child, finished } = start(["--limit", "2"]);
    child.stderr?.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("[2/")) child.kill("SIGINT");
    });
    const { code, stderr } = await finished;
    expect(code).toBe(130);
    expect(stderr).toMatch(/interrupted; what was done is kept[\s\S]*goes on from there/);
    expect((await evidence()).length).toBeGreaterThan(0);
    expect((await start(["--limit", "2"]).finished).code).toBe(0);
  });
});
