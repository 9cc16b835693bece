// Second half of `npm run evaluate:selection`: what laziness spares, containers and test commands of a lazy run against all of them, with the same choices.
// Usage: npx tsx benchmarks/selection/lazy.ts [--data DIR] [-o FILE.md] [--runs EAGER LAZY]…
//   --data DIR: the folder with evidence/ (default BESTK_DATA, then ../shared/data); replays the tables in it.
//   --runs EAGER LAZY: two run directories of the same rollouts, one of them with --eager.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median, rollup } from "d3-array";
import type { Evidence, EvidenceLine } from "../../src/core/schemas.js";
import type { Labels } from "../../src/core/types.js";
import type { Cell, Column } from "../../src/report/model.js";
import { renderReport } from "../../src/report/render.js";
import { openAggregator } from "../../src/run/aggregators.js";
import { openEvidence } from "../../src/run/openEvidence.js";
import { AGGREGATORS } from "../../src/select/registry.js";
import { type Choice, type Replayed, replay } from "./lazyReplay.js";
import type { Work } from "./lazyWork.js";

const { values, positionals } = parseArgs({
  options: {
    data: { type: "string" },
    runs: { type: "boolean", default: false },
    output: { type: "string", short: "o" },
  },
  allowPositionals: true,
});
const data = values.data ?? process.env.BESTK_DATA ?? "../shared/data";
/**
 * Rewards are drawn with a seed where the table has none: one that knows nothing shortlists at random. What takes many draws is
 * replayed on every third instance.
 */
const CHOICES = [
  { aggregator: AGGREGATORS["execution-based"], risk: 0, rewards: "table", every: 1 },
  { aggregator: AGGREGATORS.hybrid, risk: 0, rewards: "drawn", every: 1 },
  { aggregator: AGGREGATORS["hybrid:deepswe"], risk: 0, rewards: "drawn", every: 1 },
  { aggregator: AGGREGATORS["hybrid:no-shortlist"], risk: 0, rewards: "drawn", every: 1 },
  { aggregator: AGGREGATORS.hybrid, risk: 0.05, rewards: "drawn", every: 3 },
  { aggregator: AGGREGATORS.hybrid, risk: 0.2, rewards: "drawn", every: 3 },
] as const;

const WITH_PATCHES = [
  { aggregator: openAggregator("fusion"), risk: 0.05, rewards: "table", every: 3 },
  { aggregator: openAggregator("fusion"), risk: 0.2, rewards: "table", every: 3 },
] as const;

const COLUMNS: readonly Column[] = [
  { label: "table", kind: "text" },
  { label: "aggregator", kind: "text" },
  { label: "risk", kind: "share" },
  { label: "instances", kind: "count" },
  { label: "other choices", kind: "count" },
  { label: "resolved, eager − lazy", kind: "text" },
  { label: "containers, eager", kind: "count" },
  { label: "lazy", kind: "count" },
  { label: "least possible", kind: "count" },
  { label: "ratio", kind: "number" },
  { label: "median ratio", kind: "number" },
  { label: "of the least", kind: "number" },
  { label: "containers, each rollout by itself", kind: "count" },
  { label: "median ratio", kind: "number" },
  { label: "test commands, ratio", kind: "number" },
  { label: "median ratio", kind: "number" },
  { label: "commands: base", kind: "text" },
  { label: "regression", kind: "text" },
  { label: "reproduction", kind: "text" },
  { label: "rerun", kind: "text" },
];

const NOTES = [
  "Containers of an eager run: two of base, one a distinct patch, and one more where it breaks a test, to make sure. Rewards are drawn with a seed for hybrids, so a shortlist is a random one.",
  "Each rollout by itself: as published hybrids run, equal patches too. An eager run here runs those once already; Agentless's tables name no patches, so that nothing is equal there.",
  "Least possible: what no way to choose the same for certain can do without, even one that guesses right what to run (reruns aside).",
  "With a risk, tests are left out that change the choice in fewer of the draws of what they may say (select/foresight.ts); other choices are those that did change.",
];

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
  const names = (await readdir(join(data, "evidence"))).filter((name) => /agentless-exec|11-agents/.test(name)).sort();
  const rows: (readonly Cell[])[] = [];
  for (const name of names) {
    const path = join(data, "evidence", name);
    const hasPatches = name.includes("11-agents");
    const patches = hasPatches ? [join(data, "candidates", "verified-16.jsonl.gz")] : [];
    const { evidence, labels } = await openEvidence(path, { patches, signal: new AbortController().signal });
    const table = name.replace(".jsonl.gz", "");
    // The table with patches has few rollouts an instance, so that draws are quick.
    const choices = hasPatches ? [...CHOICES.map((each) => ({ ...each, every: 1 })), ...WITH_PATCHES] : CHOICES;
    for (const { rewards, every, ...choice } of choices) {
      const started = performance.now();
      const some = everyOf(evidence, every);
      rows.push(rowOf(table, choice, rewards, replay(some, choice, rewards), labels));
      console.error(`${table}, ${choice.aggregator.name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    }
  }
  const report = renderReport(
    {
      title: "What laziness spares",
      tidy: { title: "Stored outcomes in the place of a machine", columns: COLUMNS, rows },
      tables: [{ title: "Stored outcomes in the place of a machine", columns: COLUMNS, rows }],
      drawings: [],
      notes: NOTES,
      document: null,
    },
    "md",
  );
  if (values.output !== undefined) await writeFile(values.output, report);
  console.log(report);
}

function everyOf(evidence: readonly Evidence[], every: number): readonly Evidence[] {
  const ids = [...new Set(evidence.map(({ instanceId }) => instanceId))].filter((_, index) => index % every === 0);
  return evidence.filter(({ instanceId }) => ids.includes(instanceId));
}

function rowOf(
  table: string,
  { aggregator, risk = 0 }: Choice,
  rewards: string,
  replayed: readonly Replayed[],
  labels: Labels,
): readonly Cell[] {
  const others = replayed.filter(({ eagerly, lazily }) => eagerly !== lazily);
  if (risk === 0) different += others.length;
  const truth = ({ instanceId }: Replayed, id: string | null) => labels.get(instanceId)?.get(id ?? "") ?? null;
  const judged = replayed.filter((each) => truth(each, each.eagerly) !== null && truth(each, each.lazily) !== null);
  const right = (of: "eagerly" | "lazily"): number => judged.filter((each) => truth(each, each[of]) === true).length;
  const sum = (of: "eager" | "lazy" | "published", what: keyof Work): number =>
    replayed.reduce((all, each) => all + each[of][what], 0);
  const medianOf = (of: (each: Replayed) => number, from: "eager" | "published" = "eager"): number | null =>
    median(replayed, (each) => each[from].containers / Math.max(1, of(each))) ?? null;
  const stages = (["base", "regression", "reproduction", "rerun"] as const).map(
    (stage) => `${sum("eager", stage)} → ${sum("lazy", stage)}`,
  );
  const [before, after] = [sum("eager", "containers"), sum("lazy", "containers")];
  const hasLeast = replayed.every(({ least }) => !Number.isNaN(least));
  return [
    table,
    rewards === "drawn" ? `${aggregator.name}, drawn rewards` : aggregator.name,
    risk,
    replayed.length,
    others.length,
    judged.length === 0 ? "" : `${right("eagerly")} − ${right("lazily")} of ${judged.length}`,
    before,
    after,
    hasLeast ? replayed.reduce((all, { least }) => all + least, 0) : null,
    before / Math.max(1, after),
    medianOf(({ lazy }) => lazy.containers),
    hasLeast ? medianOf(({ least }) => least) : null,
    sum("published", "containers"),
    medianOf(({ lazy }) => lazy.containers, "published"),
    commands(replayed, "eager") / Math.max(1, commands(replayed, "lazy")),
    median(replayed, (each) => commands([each], "eager") / Math.max(1, commands([each], "lazy"))) ?? null,
    ...stages,
  ];
}

function commands(replayed: readonly Replayed[], of: "eager" | "lazy"): number {
  const sum = ({ base, regression, reproduction, rerun }: Work): number => base + regression + reproduction + rerun;
  return replayed.reduce((all, each) => all + sum(each[of]), 0);
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
  // Earlier runs in a directory may have left results of other instances.
  for (const used of [left, right]) for (const id of used.keys()) if (!chosenEager.has(id)) used.delete(id);
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
  const published = [...(await usedBy(eager, await rolloutsBy(eager)))].filter(([id]) => chosenEager.has(id));
  const each = published.reduce((all, [, { containers }]) => all + containers, 0);
  const ratio = median(published, ([id, { containers }]) => containers / Math.max(1, right.get(id)?.containers ?? 0));
  console.log(`  each rollout by itself: ${each} containers, median ratio ${(ratio ?? 0).toFixed(2)}`);
  for (const path of [eager, lazy])
    console.log(`  ${path}: ${(await readFile(join(path, "cost.json"), "utf8")).replace(/\s+/g, " ")}`);
}

/** `times`: how often each result counts, by its folder; absent: once. */
async function usedBy(path: string, times?: ReadonlyMap<string, number>): Promise<Map<string, Used>> {
  const byInstance = new Map<string, Used>();
  for (const instance of await readdir(join(path, "logs"))) {
    const used: Used[] = [];
    for (const work of await readdir(join(path, "logs", instance))) {
      const text = await readFile(join(path, "logs", instance, work, "result.json"), "utf8").catch(() => "{}");
      const { result } = JSON.parse(text) as { readonly result?: { readonly used?: Used } };
      if (result?.used !== undefined) used.push(...Array(times?.get(join(instance, work)) ?? 1).fill(result.used));
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

/** Rollouts of each candidate, by the folder of its result. */
async function rolloutsBy(path: string): Promise<ReadonlyMap<string, number>> {
  const lines = (await readFile(join(path, "evidence.jsonl"), "utf8")).trim().split("\n");
  const evidence = lines.map((line) => JSON.parse(line) as EvidenceLine);
  return rollup(
    evidence,
    (same) => same.length,
    ({ instanceId, candidateId }) => join(instanceId, candidateId?.replace(/^sha256:/, "") ?? ""),
  );
}

async function chosenIn(path: string): Promise<Map<string, string | null>> {
  const { aggregator } = JSON.parse(await readFile(join(path, "run.json"), "utf8")) as { readonly aggregator: string };
  const file = `ranking.${aggregator.replace(/[^\w.-]+/g, "-")}.jsonl`;
  const lines = (await readFile(join(path, file), "utf8")).trim().split("\n");
  return new Map(lines.map((line) => JSON.parse(line)).map(({ instanceId, selected }) => [instanceId, selected]));
}
