// A study of plans as a report: the frontier of cost and resolved, advice for budgets, and what tests are worth in rollouts.

import { planWords } from "../study/planner/advice.js";
import { PRICE_NAMES } from "../study/planner/costs.js";
import type { TestLevel } from "../study/planner/levels.js";
import type { PlanPoint, PlanStudy } from "../study/planner.js";
import type { Cell, Interval, Report, ReportTable } from "./model.js";
import { planFigure } from "./planFigure.js";

export function planReport(study: PlanStudy, title: string): Report {
  return {
    title,
    tidy: tidyTable(study),
    tables: [frontierTable(study), ...(study.equal.length === 0 ? [] : [equalTable(study)])],
    drawings: [{ title, svg: planFigure(study, title) }],
    notes: [...study.advice.map(({ words }) => words), ...equalWords(study), ...notesOn(study)],
    document: study,
  };
}

function frontierTable({ frontier, unit }: PlanStudy): ReportTable {
  return {
    title: `plans that nothing cheaper matches (cost: ${unit} an instance)`,
    columns: [
      { label: "cost", kind: "number" },
      { label: "resolved, %", kind: "share" },
      { label: "against the last firm one, points", kind: "points" },
      { label: "p", kind: "p" },
      { label: "", kind: "text" },
      { label: "plan", kind: "text" },
    ],
    rows: frontier.map(({ plan, gain, firm }) => [
      plan.cost,
      resolvedOf(plan),
      gain === null ? null : gain.difference,
      gain === null ? null : gain.p,
      firm ? "firm" : "noise",
      planWords(plan),
    ]),
  };
}

function equalTable({ equal }: PlanStudy): ReportTable {
  const shown = mostTests(equal);
  return {
    title: "what more tests are worth in rollouts",
    columns: [
      { label: "rollouts", kind: "count" },
      { label: "with", kind: "text" },
      { label: "resolve as much as rollouts", kind: "text" },
      { label: "with", kind: "text" },
      { label: "nearest", kind: "count" },
      { label: "difference from it, points", kind: "points" },
      { label: "p", kind: "p" },
    ],
    rows: shown.map(({ k, more, fewer, equals, most, nearest }) => [
      k,
      testWords(more),
      equals === null ? `more than ${most}` : equals.toFixed(1),
      testWords(fewer),
      nearest.k,
      nearest.difference,
      nearest.p,
    ]),
  };
}

/** The level with the most tests of its kind, on the first line: the others are in the document. */
function mostTests(equal: PlanStudy["equal"]): PlanStudy["equal"] {
  const [first] = equal;
  const alike = equal.filter(
    ({ more, regression, samples }) =>
      more.kind === first?.more.kind && regression === first.regression && samples === first.samples,
  );
  const most = Math.max(...alike.map(({ more }) => countOf(more)));
  return alike.filter(({ more }) => countOf(more) === most);
}

function countOf(tests: TestLevel): number {
  return tests.kind === "none" ? 0 : (tests.count ?? 0);
}

/** "4 rollouts with tests of 3 generators resolve as many as 9.5 with tests of 1 generator (R2E-Gym's form)" */
function equalWords({ equal }: PlanStudy): readonly string[] {
  const shown = mostTests(equal);
  const found = shown.filter(({ equals, k }) => equals !== null && equals > k).at(-1);
  const beyond = shown.find(({ equals }) => equals === null);
  const told = found ?? beyond;
  if (told === undefined) return [];
  const { k, more, fewer, equals, most } = told;
  const rollouts = `${k} rollout${k === 1 ? " resolves" : "s resolve"}`;
  const worth = equals === null ? `more than ${most}` : `as many as ${equals.toFixed(1)}`;
  return [`With ${testWords(more)}, ${rollouts} ${worth} with ${testWords(fewer)}.`];
}

function tidyTable({ points, frontier }: PlanStudy): ReportTable {
  const onFrontier = new Set(frontier.map(({ plan }) => keyOf(plan)));
  return {
    title: "plans",
    columns: [
      { label: "rollouts", kind: "count" },
      { label: "tests", kind: "text" },
      { label: "regression", kind: "text" },
      { label: "samples", kind: "count" },
      { label: "cost", kind: "number" },
      { label: "resolved", kind: "number" },
      { label: "low", kind: "number" },
      { label: "high", kind: "number" },
      { label: "exact", kind: "text" },
      { label: "frontier", kind: "text" },
    ],
    rows: points.map((point): readonly Cell[] => [
      point.k,
      testWords(point.tests),
      point.regression,
      point.samples,
      point.cost,
      point.resolved.value,
      point.resolved.low,
      point.resolved.high,
      point.exact,
      onFrontier.has(keyOf(point)),
    ]),
  };
}

function notesOn(study: PlanStudy): readonly string[] {
  const { instances, unlabelled, tooFew, prices, unit, aggregator, measured, points } = study;
  const left = [
    ...(unlabelled > 0 ? [`${unlabelled} without labels for all of their rollouts`] : []),
    ...(tooFew > 0 ? [`${tooFew} with fewer rollouts`] : []),
  ];
  const priced = PRICE_NAMES.map((name) => `${name} ${Number(prices[name].toPrecision(3))}`).join(", ");
  return [
    `${instances} instances, chosen by ${aggregator}${left.length > 0 ? `; left out: ${left.join(", ")}` : ""}.`,
    `Cost in ${unit}: ${priced}${measured > 0 ? `; tests and containers as measured on ${measured} instances` : ""}. Tests run once on each distinct candidate.`,
    "Intervals: 95 % percentile bootstrap over instances; p by sign flips, instance by instance, not adjusted for how many plans there are.",
    ...(points.every(({ exact }) => exact)
      ? []
      : ["≈ marks figures from draws of tests, samples or rollouts; all others are exact."]),
  ];
}

/** "tests of 3 generators" */
export function testWords(tests: TestLevel): string {
  if (tests.kind === "none") return "no generated tests";
  if (tests.kind === "number") return `${tests.count} generated test${tests.count === 1 ? "" : "s"}`;
  if (tests.count === null) return "all generated tests";
  return `tests of ${tests.count} generator${tests.count === 1 ? "" : "s"}`;
}

function resolvedOf({ resolved, exact }: PlanPoint): Interval {
  return { ...resolved, exact };
}

function keyOf({ k, tests, regression, samples }: PlanPoint): string {
  return JSON.stringify([k, tests, regression, samples]);
}
