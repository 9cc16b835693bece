// How long the report of a large run takes to write, in what memory, and how large it is.
// Usage: npx tsx benchmarks/report/report.ts FOLDER [instances 500] [rollouts 16] [steps 30] [tests 400]; the run is made if it isn't there.
import { stat } from "node:fs/promises";
import { pageAssets } from "../../src/run/pageAssets.js";
import { writeReport } from "../../src/run/pageFile.js";
import { reportPath, syntheticRun } from "./synthetic.js";

const [folder, ...numbers] = process.argv.slice(2);
if (folder === undefined) throw new Error("name a folder for the run");
const [instances = 500, rollouts = 16, steps = 30, tests = 400] = numbers.map(Number);

if ((await stat(`${folder}/preds.jsonl`).catch(() => null)) === null) {
  const start = performance.now();
  await syntheticRun(folder, { instances, rollouts, steps, tests });
  process.stdout.write(`made ${instances} × ${rollouts} in ${seconds(start)} s\n`);
} else {
  const start = performance.now();
  const { signal } = new AbortController();
  const request = { paths: [folder], evidence: { aggregator: "hybrid", signal }, bestk: "0.1.0", signal };
  const written = await writeReport({ ...request, assets: await pageAssets(), output: reportPath(folder) });
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(`${JSON.stringify(written)}\nwritten in ${seconds(start)} s, peak memory ${peak} MB\n`);
}

function seconds(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(1);
}
