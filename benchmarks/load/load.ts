// Shows that loading streams: writes rollout files far larger than memory allows, loads them, prints peak memory and speed.
// Usage: npx tsx benchmarks/load/load.ts [megabytes of JSONL, default 2048] [megabytes of JSON list, default 600]

import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { loadRolloutsAs } from "../../src/rollouts/load.js";

const LIMIT_MB = 512;
const OBSERVATION = '  12 |     return [value for value in values if value is not None]  # "kept"\n'.repeat(400);
const PATCH = `diff --git a/src/a.py b/src/a.py\n--- a/src/a.py\n+++ b/src/a.py\n@@ -1,200 +1,200 @@\n${"-old line\n+new line\n".repeat(200)}`;

const [first, second] = process.argv.slice(2);
if (first === "--read" && second !== undefined) await read(second);
else await compare(Number(first ?? 2048), Number(second ?? 600));

/** Writes both files into a temporary folder and reads each in a process of its own, so that peaks don't mix. */
async function compare(linesMb: number, listMb: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "bestk-load-"));
  try {
    const lines = await write(join(folder, "rollouts.jsonl"), linesMb, "", "\n", "\n", trajectoryRecord);
    const list = await write(join(folder, "preds.json"), listMb, "[", ", ", "]", predictionRecord);
    for (const path of [lines, list]) {
      const child = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), "--read", path], {
        stdio: "inherit",
      });
      if (child.status !== 0) process.exitCode = 1;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Loads one file, keeping only lengths, and fails where the peak is over the limit. */
async function read(path: string): Promise<void> {
  const started = performance.now();
  const { rollouts } = await loadRolloutsAs(
    [path],
    { signal: new AbortController().signal },
    ({ patch, trajectory }) => ({
      bytes: patch?.length ?? 0,
      steps: trajectory?.steps.length ?? 0,
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const mb = (await stat(path)).size / 2 ** 20;
  const peak = process.resourceUsage().maxRSS / 1024;
  const steps = rollouts.reduce((sum, rollout) => sum + rollout.steps, 0);
  console.log(
    `${path.split("/").at(-1)}: ${mb.toFixed(0)} MB, ${rollouts.length} rollouts, ${steps} steps in ${seconds.toFixed(1)} s ` +
      `(${(mb / seconds).toFixed(0)} MB/s), peak RSS ${peak.toFixed(0)} MB`,
  );
  if (peak >= LIMIT_MB) {
    console.error(`peak RSS is not below ${LIMIT_MB} MB`);
    process.exitCode = 1;
  }
}

async function write(
  path: string,
  megabytes: number,
  start: string,
  between: string,
  end: string,
  record: (index: number) => object,
): Promise<string> {
  const stream = createWriteStream(path);
  stream.write(start);
  let written = 0;
  for (let index = 0; written < megabytes * 2 ** 20; index++) {
    const text = `${index === 0 ? "" : between}${JSON.stringify(record(index))}`;
    written += text.length;
    if (!stream.write(text)) await once(stream, "drain");
  }
  stream.end(end);
  await finished(stream);
  return path;
}

/** About 600 kB: 20 steps with 30 kB of observation each. */
function trajectoryRecord(index: number): object {
  const steps = Array.from({ length: 20 }, (_, step) => ({
    thought: `step ${step} of rollout ${index}`,
    action: `sed -n 1,${step + index}p src/a.py`,
    observation: OBSERVATION,
  }));
  return {
    schema: "bestk.rollout/1",
    instanceId: `demo__demo-${index % 500}`,
    rolloutId: `r${Math.floor(index / 500)}`,
    patch: PATCH,
    trajectory: { issue: "Values are lost.", steps, exitStatus: "submitted" },
  };
}

function predictionRecord(index: number): object {
  return {
    instance_id: `demo__demo-${index % 500}`,
    model_name_or_path: `m${Math.floor(index / 500)}`,
    model_patch: PATCH,
  };
}
