// First half of `npm run evaluate:selection`: what choosing by a fusion is worth beside every plain rule, on the open data, in minutes.
// Data: BESTK_DATA, or ../shared/data. Writes figures alone, to benchmarks/selection/fusion.md; fits nothing that ships.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cell, Column, ReportTable } from "../../src/report/model.js";
import { renderReport } from "../../src/report/render.js";
import { openAggregator, readFusion, shippedFusionFolder } from "../../src/run/aggregators.js";
import { openEvidence } from "../../src/run/openEvidence.js";
import { consensus } from "../../src/select/consensus.js";
import { fusion } from "../../src/select/fusion.js";
import { hybrid } from "../../src/select/hybrid.js";
import { agentsLeftOut, agentsOf } from "../../src/study/fit/agents.js";
import { examplesOf } from "../../src/study/fit/examples.js";
import { fitFusion } from "../../src/study/fit/fit.js";
import { byInstance, byRepository } from "../../src/study/fit/folds.js";
import { studyFit } from "../../src/study/fit/study.js";
import { chosenBy, testOf, type Worth, worthOf } from "../../src/study/fit/worth.js";
import { labelledPools } from "../../src/study/pools.js";

const data = process.env.BESTK_DATA ?? join(import.meta.dirname, "..", "..", "..", "shared", "data");
const candidates = join(data, "candidates/verified-16.jsonl.gz");

/** Evidence of each kind; patches join the table of tests. */
const SETS = [
  { name: "11 agents, tests and patches", file: "evidence/generated-tests-11-agents.jsonl.gz", patches: [candidates] },
  { name: "16 systems, patches alone", file: "candidates/verified-16.jsonl.gz", patches: [] },
  {
    name: "AutoCodeRover, five runs",
    file: "trajectories/acr_lite5.jsonl.gz",
    patches: [join(data, "candidates/lite.jsonl.gz")],
  },
  { name: "SWE-agent with GPT-4, three runs", file: "trajectories/sweagent_gpt4_lite3.jsonl.gz", patches: [] },
] as const;

const COLUMNS: readonly Column[] = [
  { label: "way to choose", kind: "text" },
  { label: "instances", kind: "count" },
  { label: "expected resolved", kind: "number" },
  { label: "gap closed, %", kind: "share" },
  { label: "against consensus, points", kind: "points" },
  { label: "p", kind: "p" },
  { label: "against hybrid, points", kind: "points" },
  { label: "p", kind: "p" },
];

const FIT = {
  name: "fusion",
  seed: 0,
  ridge: 30,
  abstainBelow: 0.5,
  prior: readFusion(shippedFusionFolder()).all.score,
};
const shipped = openAggregator("fusion");
const tables: ReportTable[] = [];
const notes: string[] = [];

for (const { name, file, patches } of SETS) {
  const started = Date.now();
  const loaded = await openEvidence(join(data, file), {
    signal: new AbortController().signal,
    skipBad: true,
    ...(patches.length === 0 ? {} : { patches }),
  });
  const { pools } = labelledPools(loaded.evidence, loaded.labels);
  const { study, fusion: model } = studyFit(loaded, { ...FIT, splits: 0 });
  const examples = examplesOf(loaded.evidence, loaded.labels);
  const byRepositories = fitFusion(examples, { ...FIT, folds: 10, unitOf: byRepository });
  const others = [hybrid, consensus].map((aggregator) => chosenBy(pools, aggregator));
  const ways = [
    chosenBy(pools, fusion(model), "fusion, fitted on other instances"),
    chosenBy(pools, fusion(byRepositories), "fusion, fitted on other repositories"),
    chosenBy(pools, shipped, "fusion as it ships"),
    ...others,
  ];
  const rows = ways.map((way): readonly Cell[] => {
    const tests = others.toReversed().flatMap((other): readonly Cell[] => {
      const { difference, p } = testOf(other, way, 0);
      return way === other ? [null, null] : [difference, p];
    });
    return [...worthCells(worthOf(way, 0)), ...tests];
  });
  const blank = [null, null, null, null];
  tables.push({
    title: name,
    columns: COLUMNS,
    rows: [
      ...rows,
      ...(study.bestAgent === null
        ? []
        : [[`best single agent, in hindsight`, ...worthCells(study.bestAgent).slice(1), ...blank]]),
      ["random", ...worthCells(study.worth.at(-1) as Worth).slice(1), ...blank],
      ["oracle", pools.length, study.oracle, 1, ...blank],
    ],
  });
  tables.push({
    title: `${name}: signals`,
    columns: [
      { label: "signal", kind: "text" },
      { label: "share of the score, %", kind: "share" },
      { label: "gap closed without it, %", kind: "share" },
    ],
    rows: study.signals
      .filter(({ importance }) => importance > 0)
      .map(({ signal, importance, without }) => [signal, importance, without?.gapClosed ?? null]),
  });
  notes.push(
    `${name}: ${percent(study.pairAccuracy)} of (right, wrong) pairs in the right order; Brier ${study.calibration?.brier.toFixed(3)}, calibration error ${study.calibration?.error.toFixed(3)}; ${study.mixed} instances have right and wrong rollouts${study.agentsTold === null ? "" : `; the agent is told right for ${percent(study.agentsTold.accuracy)} of rollouts, where the most frequent alone gives ${percent(study.agentsTold.chance)}`}.`,
  );
  const known = pools.filter(({ pool }) => shipped.knows?.(pool) === true).length;
  if (known > 0) {
    notes.push(
      `${name}: the fusion that ships was fitted on other agents' rollouts of ${known} of these instances, and ranks them by weights that were fitted without them; on none of the others.`,
    );
  }
  if (file.startsWith("evidence/")) {
    const agents = agentsOf(pools);
    const left = agentsLeftOut(pools, agents, {
      ...FIT,
      folds: 5,
      unitOf: byInstance,
      splits: 20,
      against: [consensus, hybrid, shipped],
    });
    tables.unshift({
      title: `${name}: agents left out, 20 splits both ways, and the instances that are ranked too`,
      columns: COLUMNS.slice(0, 4),
      rows: [
        worthCells({ ...left.fusion, name: "fusion, fitted on the other agents" }),
        ...left.others.map((other) =>
          worthCells(other.name === "fusion" ? { ...other, name: "fusion as it ships" } : other),
        ),
        ...left.difference.map((other) =>
          worthCells({ ...other, name: `fitted − ${other.name === "fusion" ? "as it ships" : other.name}` }),
        ),
      ],
    });
  }
  console.error(`${name}: ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

const report = renderReport(
  { title: "Choosing by a fusion", tidy: tables[0] as ReportTable, tables, drawings: [], notes, document: null },
  "md",
);
writeFileSync(join(import.meta.dirname, "fusion.md"), report);
console.log(report);

function worthCells({ name, instances, expected, gapClosed }: Worth): readonly Cell[] {
  return [name, instances, expected, gapClosed];
}

function percent(share: number | null): string {
  return share === null ? "—" : `${(100 * share).toFixed(1)} %`;
}
