// Tests × candidates with the log of each cell: tests that tell candidates apart first, tests that say nothing counted, not listed.
import { group } from "d3-array";
import { compareCodeUnits, compareNatural } from "../../core/order.js";
import type { LongText, OutcomeMatrix } from "../../core/page.js";
import type { GeneratedOutcome, TestOutcome } from "../../core/types.js";
import { REGRESSION_LOG, type TreeRuns } from "../../verify/execution.js";
import { generatedLog } from "../../verify/generatedRuns.js";
import { outcomeIn } from "../../verify/signals.js";
import type { TestRun } from "../../verify/testRun.js";
import type { BaseSource, SourceText } from "./source.js";

/** A column: what was run of a candidate, and what its evidence says of the generated tests. */
export interface MatrixColumn {
  readonly runs: TreeRuns | null;
  readonly applied: boolean;
  readonly outcomes: Readonly<Record<string, TestOutcome>>;
  readonly generated: readonly GeneratedOutcome[];
  readonly logs: ReadonlyMap<string, SourceText>;
}

/** Makes a log a part. `column` is null for base. */
export type LogRef = (column: number | null, name: string, text: SourceText) => LongText;

/** Of tests with equal outcomes throughout so many are listed; a candidate that can't be loaded fails thousands. */
const LISTED = 20;

export function outcomeMatrix(base: BaseSource | null, columns: readonly MatrixColumn[], refOf: LogRef): OutcomeMatrix {
  const regression = regressionRows(base, columns);
  const isAlike = ({ base: onBase, outcomes }: Row) =>
    onBase !== null && onBase !== "flaky" && outcomes.every((outcome) => outcome === null || outcome === onBase);
  const listed = [...generatedRows(columns), ...regression.filter((row) => !isAlike(row))];
  const rows = [...shortened(listed, LISTED), ...shortened(regression.filter(isAlike), 0)].toSorted(
    (a, b) =>
      Number(isDistinguishing(b)) - Number(isDistinguishing(a)) ||
      compareCodeUnits(a.kind, b.kind) ||
      compareNatural(a.source ?? "", b.source ?? "") ||
      compareNatural(a.name, b.name),
  );
  const logs: LongText[] = [];
  const known = new Map<string, number>();
  const logOf = (column: number, row: Row): number | null => {
    const own = columns[column];
    const name = own === undefined ? null : logName(own, row);
    const text = name === null ? undefined : own?.logs.get(name);
    if (name === null || text === undefined) return null;
    const key = `${column} ${name}`;
    const index = known.get(key) ?? logs.length;
    if (index === logs.length) logs.push(refOf(column, name, text));
    known.set(key, index);
    return index;
  };
  const baseLogs = new Map<string, LongText | null>();
  const baseLogOf = (row: Row): LongText | null => {
    const name = `1.${ownLog(row)}`;
    const text = base?.logs.get(name);
    const ref = baseLogs.get(name) ?? (text === undefined ? null : refOf(null, name, text));
    baseLogs.set(name, ref);
    return ref;
  };
  return {
    tests: rows.map((row) => ({
      name: row.name,
      kind: row.kind,
      source: row.source,
      distinguishing: isDistinguishing(row),
      base: row.base,
      baseLog: baseLogOf(row),
    })),
    outcomes: columns.map((_, column) => rows.map(({ outcomes }) => outcomes[column] ?? null)),
    cellLogs: columns.map((_, column) => rows.map((row) => logOf(column, row))),
    logs,
    alike: regression.filter(isAlike).length,
  };
}

interface Row {
  readonly name: string;
  readonly kind: "regression" | "generated";
  readonly source: string | null;
  /** Id of the generated test; null for regression tests. */
  readonly test: string | null;
  readonly base: TestOutcome | null;
  readonly outcomes: readonly (TestOutcome | null)[];
}

function isDistinguishing({ outcomes }: Row): boolean {
  return new Set(outcomes.filter((outcome) => outcome !== null)).size > 1;
}

function regressionRows(base: BaseSource | null, columns: readonly MatrixColumn[]): readonly Row[] {
  const baseRuns = (base?.runs ?? []).flatMap(({ regression }) => (regression === null ? [] : [regression]));
  const runs = columns.map(({ runs: own }) => own?.regression ?? null);
  const ids = new Set([...baseRuns, ...runs].flatMap((run) => (run === null ? [] : Object.keys(run.outcomes))));
  return [...ids].map((id): Row => {
    const onBase = new Set(baseRuns.map((run) => saidIn(run, id)));
    const [only] = onBase;
    const outcomes = runs.map((run, column) =>
      run === null ? null : (ownOutcome(columns[column]?.outcomes, id) ?? saidIn(run, id)),
    );
    const baseOutcome = onBase.size > 1 ? "flaky" : (only ?? null);
    return { name: id, kind: "regression", source: null, test: null, base: baseOutcome, outcomes };
  });
}

/** Names of tests are free text: one may be called `constructor`. */
function saidIn(run: TestRun, id: string): TestOutcome {
  return ownOutcome(run.outcomes, id) ?? outcomeIn({ ...run, outcomes: {} }, "");
}

function ownOutcome(outcomes: MatrixColumn["outcomes"] | undefined, id: string): TestOutcome | undefined {
  return outcomes !== undefined && Object.hasOwn(outcomes, id) ? outcomes[id] : undefined;
}

function generatedRows(columns: readonly MatrixColumn[]): readonly Row[] {
  const keyOf = ({ test, source, name }: GeneratedOutcome) => JSON.stringify([test, source, name]);
  const byColumn = columns.map(({ generated }) => new Map(generated.map((one) => [keyOf(one), one])));
  const all = new Map(byColumn.flatMap((column) => [...column]));
  return [...all].map(([key, one]): Row => {
    const { test, name, source } = one;
    return {
      name: name === null || name === test ? test : `${test}::${name}`,
      kind: "generated",
      source,
      test,
      base: byColumn.map((column) => column.get(key)?.base ?? null).find((outcome) => outcome !== null) ?? null,
      outcomes: byColumn.map((column) => column.get(key)?.outcome ?? null),
    };
  });
}

/** Of each group of equal outcomes so many tests, and one row for all the others. */
function shortened(rows: readonly Row[], most: number): readonly Row[] {
  const alike = group(rows, ({ kind, source, base, outcomes }) => JSON.stringify([kind, source, base, outcomes]));
  return [...alike.values()].flatMap((some) => {
    const sorted = some.toSorted((a, b) => compareNatural(a.name, b.name));
    const rest = sorted.slice(most);
    const [first] = rest;
    if (first === undefined || rest.length === 1) return sorted;
    const name = most === 0 ? `all ${rest.length} others` : `… and ${rest.length} more with these outcomes`;
    return [...sorted.slice(0, most), { ...first, name }];
  });
}

function logName(column: MatrixColumn, row: Row): string | null {
  if (!column.applied) return "apply.log";
  if (row.test === null) return REGRESSION_LOG;
  const together = column.runs?.together?.find(({ ids }) => ids.includes(row.test as string));
  return together?.log ?? ownLog(row);
}

function ownLog({ test }: Row): string {
  return test === null ? REGRESSION_LOG : generatedLog(test);
}
