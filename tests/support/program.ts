// Runs the built program as a user would, and reads what it left in a run directory.
import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const PROGRAM = join(ROOT, "dist/cli/main.js");

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `bestk` with arguments in a folder. */
export function startProgram(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): { readonly child: ChildProcess; readonly finished: Promise<Finished> } {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const finished = new Promise<Finished>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { child, finished };
}

/** Values of a JSONL file; a torn last line is left out, no file is an empty one. */
export async function readJsonLines<T>(path: string): Promise<T[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line.endsWith("}"))
    .map((line) => JSON.parse(line) as T);
}

/** Kills a run with SIGKILL after each of the times, starts it again, and lets the last one end. Counts real work. */
export async function runThroughKills(
  cwd: string,
  args: readonly string[],
  killAfterMs: readonly number[],
): Promise<{ readonly last: Finished; readonly verified: readonly string[]; readonly kills: number }> {
  const events = join(cwd, "events.jsonl");
  const verified: string[] = [];
  let kills = 0;
  for (let i = 0; ; i++) {
    const { child, finished } = startProgram(cwd, [...args, "--events", events]);
    const limit = killAfterMs[i];
    const timer = limit === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), limit);
    const last = await finished;
    clearTimeout(timer);
    for (const event of await readJsonLines<CandidateEvent>(events)) {
      const isWork = event.type === "candidate" && !event.cached && event.unavailable !== "empty-patch";
      if (isWork) verified.push(`${event.instanceId} ${event.candidateId}`);
    }
    if (last.code !== null) return { last, verified, kills };
    kills += 1;
  }
}

interface CandidateEvent {
  readonly type: string;
  readonly instanceId: string;
  readonly candidateId: string;
  readonly cached: boolean;
  readonly unavailable: string | null;
}

/** A suite's `expected.json`: a word in place of a figure is the reason; `forged` must not count in its favour. */
export type Expected = Readonly<
  Record<
    string,
    {
      readonly decidedBy: "tests" | "reward" | "nothing-right";
      readonly acceptable: readonly string[];
      readonly rollouts: Readonly<
        Record<string, { readonly regression: number | string; readonly reproduction: number | string }>
      >;
    }
  >
>;

interface EvidenceLine {
  readonly instanceId: string;
  readonly rolloutId: string;
  readonly signals: Readonly<Record<string, { readonly value?: number; readonly reason?: string }>>;
}

/** Rows "instance rollout signal: found, not expected" where a run's evidence differs from what its suite says. */
export async function evidenceDifferences(run: string, suite: string): Promise<string[]> {
  const expected = JSON.parse(await readFile(join(suite, "expected.json"), "utf8")) as Expected;
  const lines = await readJsonLines<EvidenceLine>(join(run, "evidence.jsonl"));
  const found = new Map(lines.map((line) => [`${line.instanceId} ${line.rolloutId}`, line.signals]));
  const differences = lines.length === found.size ? [] : ["a rollout has two lines"];
  for (const [instanceId, { rollouts }] of Object.entries(expected)) {
    for (const [rolloutId, wanted] of Object.entries(rollouts)) {
      const signals = found.get(`${instanceId} ${rolloutId}`);
      for (const name of ["regression", "reproduction"] as const) {
        const got = signals?.[name]?.value ?? signals?.[name]?.reason ?? "no line";
        const isForged = wanted[name] === "forged";
        const isRight = isForged
          ? got === "no-tests-ran" || got === "tampered" || Number(got) <= 0
          : got === wanted[name];
        if (!isRight) differences.push(`${instanceId} ${rolloutId} ${name}: ${got}, not ${wanted[name]}`);
      }
      found.delete(`${instanceId} ${rolloutId}`);
    }
  }
  return [...differences, ...[...found.keys()].map((id) => `${id}: not in the suite`)];
}

/** Instances of a ranking document whose selection is not a right rollout, though one is there. */
export async function wrongChoices(document: string, suite: string): Promise<string[]> {
  const expected = JSON.parse(await readFile(join(suite, "expected.json"), "utf8")) as Expected;
  const { instances } = JSON.parse(document) as { instances: { instanceId: string; selected: string }[] };
  return instances
    .filter(({ instanceId, selected }) => {
      const acceptable = expected[instanceId]?.acceptable ?? [];
      return acceptable.length > 0 && !acceptable.includes(selected);
    })
    .map(({ instanceId, selected }) => `${instanceId}: ${selected}`);
}
