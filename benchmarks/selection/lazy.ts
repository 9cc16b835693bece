// What laziness spares: containers and test commands of a lazy run against all of them, with the same choices.
// Usage: npx tsx benchmarks/selection/lazy.ts [--data DIR] [--runs EAGER LAZY]…
//   --data DIR: the folder with evidence/ (default BESTK_DATA, then ../shared/data); replays the tables in it.
//   --runs EAGER LAZY: two run directories of the same rollouts, one of them with --eager.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "d3-array";
import { openEvidence } from "../../src/run/openEvidence.js";
import { AGGREGATORS } from "../../src/select/registry.js";
import { type Replayed, replay, type Work } from "./lazyReplay.js";

const { values, positionals } = parseArgs({
  options: { data: { type: "string" }, runs: { type: "boolean", default: false } },
  allowPositionals: true,
});
const data = values.data ?? process.env.BESTK_DATA ?? "../shared/data";
let different = 0;
if (values.runs) {
  for (let i = 0; i + 1 < positionals.length; i += 2) {
    await compareRuns(positionals[i] as string, positionals[i + 1] as string);
  }
} else await replayTables();
if (different > 0) {
  console.log(`${different} choices differ`);
  process.exitCode = 1;
}

async function replayTables(): Promise<void> {
  console.log(
    "table, aggregator (rewards): instances, same choices | containers eager → lazy (least possible), ratio, median ratio (of the least) | commands: base, regression, reproduction, rerun",
  );
  const names = (await readdir(join(data, "evidence"))).filter((name) => /agentless-exec|11-agents/.test(name)).sort();
  for (const name of names) {
    const path = join(data, "evidence", name);
    const patches = name.includes("11-agents") ? [join(data, "candidates", "verified-16.jsonl.gz")] : [];
    const { evidence } = await openEvidence(path, { patches, signal: new AbortController().signal });
    const short = name.replace(".jsonl.gz", "");
    for (const aggregator of [AGGREGATORS["execution-based"], AGGREGATORS.agentless]) {
      report(`${short}, ${aggregator.name}`, replay(evidence, aggregator, "table"));
    }
    for (const aggregator of [AGGREGATORS.hybrid, AGGREGATORS["hybrid:deepswe"], AGGREGATORS["hybrid:no-shortlist"]]) {
      report(`${short}, ${aggregator.name} (drawn)`, replay(evidence, aggregator, "drawn"));
    }
  }
}

function report(title: string, replayed: readonly Replayed[]): void {
  const same = replayed.filter((each) => each.same).length;
  different += replayed.length - same;
  const sum = (of: "eager" | "lazy", what: keyof Work): number =>
    replayed.reduce((all, each) => all + each[of][what], 0);
  const ratios = replayed.map(({ eager, lazy }) => eager.containers / Math.max(1, lazy.containers));
  const least = replayed.reduce((all, each) => all + each.least, 0);
  const bounds = replayed.map((each) => each.eager.containers / Math.max(1, each.least));
  const stages = (["base", "regression", "reproduction", "rerun"] as const).map(
    (stage) => `${sum("eager", stage)}→${sum("lazy", stage)}`,
  );
  const [before, after] = [sum("eager", "containers"), sum("lazy", "containers")];
  console.log(
    `${title}: ${replayed.length}, ${same} | ${before} → ${after} (${least}), ${(before / Math.max(1, after)).toFixed(2)}, ${(median(ratios) ?? 0).toFixed(2)} (${(median(bounds) ?? 0).toFixed(2)}) | ${stages.join(", ")}`,
  );
}

interface Used {
  readonly containers: number;
  readonly commands: number;
  readonly containerSeconds: number;
}

/** Of real runs: what each result says that it took, by instance. */
async function compareRuns(eager: string, lazy: string): Promise<void> {
  const [left, right] = [await usedBy(eager), await usedBy(lazy)];
  const [chosenEager, chosenLazy] = [await chosenIn(eager), await chosenIn(lazy)];
  const none: Used = { containers: 0, commands: 0, containerSeconds: 0 };
  console.log(`${eager} → ${lazy}: containers, test commands, container-seconds; choice`);
  for (const [id, mine] of chosenEager) {
    const [a, b] = [left.get(id) ?? none, right.get(id) ?? none];
    const same = chosenLazy.get(id) === mine;
    if (!same) different += 1;
    console.log(
      `  ${id}: ${a.containers} → ${b.containers}, ${a.commands} → ${b.commands}, ${a.containerSeconds.toFixed(1)} → ${b.containerSeconds.toFixed(1)}; ${same ? "same" : `${mine} → ${chosenLazy.get(id)}`}`,
    );
  }
  for (const what of ["containers", "commands", "containerSeconds"] as const) {
    const ratios = [...left].map(
      ([id, used]) => used[what] / Math.max(what === "containerSeconds" ? 0.001 : 1, right.get(id)?.[what] ?? 0),
    );
    const all = (of: ReadonlyMap<string, Used>): number => [...of.values()].reduce((sum, used) => sum + used[what], 0);
    console.log(
      `  ${what}: ${all(left).toFixed(1)} → ${all(right).toFixed(1)}, ratio ${(all(left) / all(right)).toFixed(2)}, median ratio ${(median(ratios) ?? 0).toFixed(2)}`,
    );
  }
  for (const path of [eager, lazy])
    console.log(`  ${path}: ${(await readFile(join(path, "cost.json"), "utf8")).replace(/\s+/g, " ")}`);
}

async function usedBy(path: string): Promise<Map<string, Used>> {
  const byInstance = new Map<string, Used>();
  for (const instance of await readdir(join(path, "logs"))) {
    const used: Used[] = [];
    for (const work of await readdir(join(path, "logs", instance))) {
      const text = await readFile(join(path, "logs", instance, work, "result.json"), "utf8").catch(() => "{}");
      const { result } = JSON.parse(text) as { readonly result?: { readonly used?: Used } };
      if (result?.used !== undefined) used.push(result.used);
    }
    const sum = (what: keyof Used): number => used.reduce((total, each) => total + each[what], 0);
    byInstance.set(instance, {
      containers: sum("containers"),
      commands: sum("commands"),
      containerSeconds: sum("containerSeconds"),
    });
  }
  return byInstance;
}

async function chosenIn(path: string): Promise<Map<string, string | null>> {
  const { aggregator } = JSON.parse(await readFile(join(path, "run.json"), "utf8")) as { readonly aggregator: string };
  const file = `ranking.${aggregator.replace(/[^\w.-]+/g, "-")}.jsonl`;
  const lines = (await readFile(join(path, file), "utf8")).trim().split("\n");
  return new Map(lines.map((line) => JSON.parse(line)).map(({ instanceId, selected }) => [instanceId, selected]));
}
