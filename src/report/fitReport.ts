// The account of a fit as a report: what the fusion is worth, on what, how sure it may be, and by which signals.
import type { FitStudy } from "../study/fit/study.js";
import type { Worth } from "../study/fit/worth.js";
import { pWords } from "../study/verdict.js";
import type { Cell, Column, Report, ReportTable } from "./model.js";

export function fitReport(study: FitStudy): Report {
  const worth = worthTable(study);
  return {
    title: `Fusion "${study.name}"`,
    tidy: worth,
    tables: [worth, testTable(study), signalTable(study), ...agentTables(study), ...calibrationTables(study)],
    drawings: [],
    notes: notesOf(study),
    document: study,
  };
}

const WORTH: readonly Column[] = [
  { label: "way to choose", kind: "text" },
  { label: "instances", kind: "count" },
  { label: "expected resolved", kind: "number" },
  { label: "gap closed, %", kind: "share" },
];

function worthRow({ name, instances, expected, gapClosed }: Worth): readonly Cell[] {
  return [name, instances, expected, gapClosed];
}

function worthTable(study: FitStudy): ReportTable {
  const { worth, byRepository, bestAgent, oracle } = study;
  const [own, ...others] = worth;
  const instances = own?.instances ?? 0;
  return {
    title: "what it is worth on instances that its weights never saw",
    columns: WORTH,
    rows: [
      ...(own === undefined ? [] : [["fusion, instances left out", ...worthRow(own).slice(1)]]),
      ...(byRepository === null ? [] : [worthRow(byRepository)]),
      ...others.map(worthRow),
      ...(bestAgent === null
        ? []
        : [[`best single agent, in hindsight (${bestAgent.name})`, ...worthRow(bestAgent).slice(1)]]),
      ["oracle", instances, oracle, 1],
    ],
  };
}

function testTable({ tests }: FitStudy): ReportTable {
  return {
    title: "the fusion against others, instance by instance",
    columns: [
      { label: "against", kind: "text" },
      { label: "difference, points", kind: "points" },
      { label: "wins", kind: "count" },
      { label: "losses", kind: "count" },
      { label: "p", kind: "p" },
      { label: "p (McNemar)", kind: "p" },
    ],
    rows: tests.map(({ against, paired: { difference, wins, losses, p, mcnemar } }) => [
      against,
      difference,
      wins,
      losses,
      p,
      mcnemar,
    ]),
  };
}

function signalTable({ signals }: FitStudy): ReportTable {
  return {
    title: "signals",
    columns: [
      { label: "signal", kind: "text" },
      { label: "share of the score, %", kind: "share" },
      { label: "expected resolved without it", kind: "number" },
      { label: "gap closed without it, %", kind: "share" },
    ],
    rows: signals.map(({ signal, importance, without }) => [
      signal,
      importance,
      without?.expected ?? null,
      without?.gapClosed ?? null,
    ]),
  };
}

function agentTables({ agentsLeftOut }: FitStudy): readonly ReportTable[] {
  if (agentsLeftOut === null) return [];
  const { fusion, others, difference } = agentsLeftOut;
  return [
    {
      title: "agents left out, and instances too",
      columns: WORTH,
      rows: [
        worthRow(fusion),
        ...others.map(worthRow),
        ...difference.map((one) => [`fusion − ${one.name}`, ...worthRow(one).slice(1)]),
      ],
    },
  ];
}

function calibrationTables({ calibration }: FitStudy): readonly ReportTable[] {
  if (calibration === null) return [];
  return [
    {
      title: "probability against what was resolved",
      columns: [
        { label: "rollouts", kind: "count" },
        { label: "mean probability", kind: "share" },
        { label: "resolved, %", kind: "share" },
      ],
      rows: calibration.bins.map(({ rollouts, meanReward, resolved, low, high }) => [
        rollouts,
        meanReward,
        { value: resolved, low, high },
      ]),
    },
  ];
}

function notesOf(study: FitStudy): readonly string[] {
  const { instances, mixed, rollouts, repositories, unlabelled, ridge, seed, prior, pairAccuracy, calibration } = study;
  const { abstention, agentsTold, agentsLeftOut, tests } = study;
  const { below, sure, abstained } = abstention;
  return [
    `Fitted on ${rollouts} rollouts of ${instances} instances in ${repositories} repositories; ${mixed} of them have right and wrong rollouts, and an order is learnt from those alone.`,
    ...(unlabelled > 0 ? [`${unlabelled} instances have rollouts without a label: fitted on, and in no figure.`] : []),
    `Ridge ${ridge} ${prior ? "towards the weights that ship with bestk" : "towards 0"}, seed ${seed}. Nothing was tuned on these figures. Intervals: 95 % percentile bootstrap over instances. p: sign flips of the differences.`,
    ...tests.map(
      ({ against, paired: { p, difference } }) =>
        `Against ${against}: ${p < 0.05 ? (difference.value > 0 ? "better" : "worse") : "no difference that chance could not make"} (${pWords(p)}).`,
    ),
    ...(pairAccuracy === null
      ? []
      : [`${percent(pairAccuracy)} of (right, wrong) pairs of an instance are in the right order, instances alike.`]),
    ...(calibration === null
      ? []
      : [
          `Probabilities: Brier score ${calibration.brier.toFixed(3)}, expected calibration error ${calibration.error.toFixed(3)}.`,
        ]),
    `Below ${percent(below)} it abstains: on ${sure.instances} instances it is surer${shareText(sure.resolved)}, on ${abstained.instances} it abstains${shareText(abstained.resolved)}.`,
    ...(agentsLeftOut === null
      ? [
          "No agents were left out: rollout ids aren't shared between instances or are too few, or no splits were asked for.",
        ]
      : [
          `Agents left out: ${agentsLeftOut.splits} splits into halves, both ways round; fitted on one half without the instances that it then ranks.`,
        ]),
    ...(agentsTold === null
      ? []
      : [
          `From the figures that it weighs, ${percent(agentsTold.accuracy)} of rollouts can be ascribed to the right one of ${agentsTold.agents} agents (the most frequent one alone: ${percent(agentsTold.chance)}).`,
        ]),
  ];
}

function shareText(resolved: number | null): string {
  return resolved === null ? "" : ` (${percent(resolved)} of its choices are right)`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
