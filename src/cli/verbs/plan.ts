// `bestk plan`: how to spend a budget on rollouts, tests and reward samples, from labelled evidence; no container, no model.

import { basename } from "node:path";
import { mean } from "d3-array";
import { BestkError } from "../../core/errors.js";
import { writeAtomic } from "../../core/io.js";
import { planReport } from "../../report/planReport.js";
import { formatOf, renderReport } from "../../report/render.js";
import { openAggregator } from "../../run/aggregators.js";
import { onlyOf } from "../../run/filter.js";
import { openEvidence } from "../../run/openEvidence.js";
import { measuredPrices, traceOf } from "../../run/scheduleTrace.js";
import { type Budget, parseBudget } from "../../study/planner/advice.js";
import { AGENT_RUNS, type CostModel, PRICE_NAMES, type Prices, parsePrices } from "../../study/planner/costs.js";
import { studyPlans } from "../../study/planner.js";
import { loadRewards } from "../../tables/rewards.js";
import { problemText } from "../../tables/table.js";
import { kList } from "../aggregatorList.js";
import { tellLeftOut } from "../leftOut.js";
import { collect, type GlobalOptions } from "../options.js";
import { showReport } from "../showReport.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

interface Options extends GlobalOptions {
  readonly budget?: readonly string[];
  readonly cost?: readonly string[];
  readonly aggregator: string;
  readonly k?: readonly number[];
  readonly rewards?: readonly string[];
  readonly output?: readonly string[];
  readonly table?: string;
  readonly patches?: readonly string[];
}

/** Opening and removing a container, as bestk does it on a quiet machine. */
const OPEN_SECONDS = 0.5;

const PRICES = `
Prices (--cost), each 0 unless given or measured:
  rollout     one attempt of the agent            open        one container
  generator   one run of a test generator         regression  the repository's tests on one candidate
  write       one generated test                  test        one generated test on one candidate
                                                  score       one reward sample of one rollout
A run directory has its own durations: regression and test are then container-seconds. A table has none: then a
rollout and a generator's run cost 1 each, and running tests nothing, as published accounts count.
`;

export const plan: Verb = {
  name: "plan",
  examples: [
    ["bestk plan my-run --budget 120 --cost rollout=60,score=2", "of a run, whose tests were measured, in seconds"],
    [
      "bestk plan table.jsonl --budget 12 --budget rollouts=8,generators=1 -o plan.html",
      "of a table, counting runs of agents, for two budgets",
    ],
  ],
  define: (command) =>
    command
      .description("say what to spend on rollouts, tests and reward samples, from labelled evidence")
      .argument("<evidence>", "a run directory, an evidence.jsonl[.gz] or a table that a loader knows, with labels")
      .option(
        "--budget <limit>",
        "cost an instance, or limits such as rollouts=16,generators=1,tests=4,samples=1,cost=900 (may be repeated)",
        collect,
      )
      .option("--cost <prices>", "prices such as rollout=60,test=2 in one unit (may be repeated)", collect)
      .option("-a, --aggregator <name>", "how a rollout is chosen from what was bought", "hybrid")
      .option("-k <range>", "numbers of rollouts, such as 1-26 (default: those that 95 % of the instances have)", kList)
      .option("--rewards <file>", "one reward sample of all rollouts, from `bestk score --json` (repeat it)", collect)
      .option("-o, --output <file>", "write html, svg, csv, md, tex or json, by its ending (may be repeated)", collect)
      .option("--patches <candidates>", "files that hold the patches, where the evidence has none", collect)
      .option("--table <name>", "read the evidence as this table, whatever its content says")
      .addHelpText("after", PRICES),
  act: async ([path], options) => {
    const settings = options as unknown as Options;
    const terminal = openTerminal(options);
    const aggregator = openAggregator(settings.aggregator);
    const budgets: readonly Budget[] = (settings.budget ?? []).map(parseBudget);
    const given = Object.assign({}, ...(settings.cost ?? []).map(parsePrices)) as Partial<Prices>;
    const outputs = (settings.output ?? []).map((file) => ({ file, format: formatOf(file) }));
    const loaded = await openEvidence(String(path), {
      signal: new AbortController().signal,
      skipBad: settings.skipBad === true,
      ...(settings.table === undefined ? {} : { table: settings.table }),
      ...(settings.patches === undefined ? {} : { patches: settings.patches }),
    });
    for (const problem of loaded.problems) terminal[problem.kind === "error" ? "warn" : "note"](problemText(problem));
    const evidence = onlyOf(loaded.evidence, settings);
    tellLeftOut(evidence, terminal);
    const rewards = await rewardSets(settings.rewards ?? []);
    const costs = await costsOf(String(path), new Set(evidence.map(({ instanceId }) => instanceId)), given);
    const study = studyPlans(
      { evidence, labels: loaded.labels },
      { aggregator, costs, budgets, rewards, seed: settings.seed, ks: settings.k ?? null },
    );
    const report = planReport(study, "What a budget buys");
    for (const { file, format } of outputs) {
      if (settings.dryRun !== true) await writeAtomic(file, renderReport(report, format));
      terminal.note(`${settings.dryRun === true ? "would write" : "written"}: ${file}`);
    }
    terminal.data(report.document);
    terminal.result(showReport(report));
    return 0;
  },
};

/** Durations of a run directory, below what is given; without either, runs of agents are counted. */
async function costsOf(path: string, instanceIds: Iterable<string>, given: Partial<Prices>): Promise<CostModel> {
  const measured = measuredPrices(await traceOf(path, instanceIds));
  const none = Object.fromEntries(PRICE_NAMES.map((name) => [name, 0])) as Prices;
  const isGiven = Object.keys(given).length > 0;
  if (measured.size === 0) {
    return {
      prices: isGiven ? { ...none, ...given } : AGENT_RUNS,
      unit: isGiven ? "units as given" : "agent runs",
      ofInstance: new Map(),
    };
  }
  const all = [...measured.values()];
  const typical = {
    open: OPEN_SECONDS,
    regression: mean(all, ({ regression }) => regression) ?? 0,
    test: mean(all, ({ test }) => test) ?? 0,
  };
  const ofInstance = new Map([...measured].map(([id, own]) => [id, { ...own, ...given }]));
  return { prices: { ...none, ...typical, ...given }, unit: "seconds", ofInstance };
}

/** Files by name; two of the same name get their place. */
async function rewardSets(files: readonly string[]): Promise<Record<string, Awaited<ReturnType<typeof loadRewards>>>> {
  if (new Set(files).size < files.length) {
    throw new BestkError("usage", "--rewards names a file twice: each is one sample");
  }
  const sets = await Promise.all(
    files.map(async (file, index) => [`${index + 1} ${basename(file)}`, await loadRewards(file)] as const),
  );
  return Object.fromEntries(sets);
}
