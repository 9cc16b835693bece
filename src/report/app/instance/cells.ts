// Cells of the matrix by the name that the address gives them: "12.3" is test 12 on the fourth candidate, "12.base" is base.
import type { LongText, OutcomeMatrix } from "../../../core/page.js";

export interface Cell {
  /** Index into `OutcomeMatrix.tests`. */
  readonly test: number;
  /** Index of the candidate; -1 is base. */
  readonly column: number;
}

export function cellName({ test, column }: Cell): string {
  return `${test}.${column === -1 ? "base" : column}`;
}

export function cellNamed(name: string | undefined): Cell | null {
  const match = /^(\d+)\.(base|\d+)$/.exec(name ?? "");
  if (match === null) return null;
  return { test: Number(match[1]), column: match[2] === "base" ? -1 : Number(match[2]) };
}

/** The log of the cell's run; null where none is kept. */
export function cellText(matrix: OutcomeMatrix, { test, column }: Cell): LongText | null {
  if (column === -1) return matrix.tests[test]?.baseLog ?? null;
  const log = matrix.cellLogs[column]?.[test] ?? null;
  return log === null ? null : (matrix.logs[log] ?? null);
}
