// Which instances are listed, and in which order: by the filters, the search and the column of the address.
import type { PageRow } from "../../../core/page.js";
import type { Place } from "../place.js";

export interface Filter {
  readonly id: string;
  readonly word: string;
  readonly title: string;
  readonly keeps: (row: PageRow) => boolean;
}

export const FILTERS: readonly Filter[] = [
  { id: "resolved", word: "resolved", title: "The chosen rollout is right", keeps: (row) => row.resolved === true },
  {
    id: "unresolved",
    word: "not resolved",
    title: "The chosen rollout is wrong",
    keeps: (row) => row.resolved === false,
  },
  { id: "missed", word: "missed", title: "Wrong, though another rollout is right", keeps: missed },
  { id: "unsolved", word: "unsolvable", title: "No rollout is right", keeps: (row) => row.solvable === false },
  { id: "tie", word: "tie", title: "Chosen from a tie", keeps: (row) => row.tie },
  { id: "tampered", word: "tampered", title: "A rollout tampers with the tests", keeps: (row) => row.tampered > 0 },
  { id: "flaky", word: "flaky", title: "A test is flaky", keeps: (row) => row.flaky > 0 },
  { id: "infra", word: "infra", title: "A run failed for reasons of the machine", keeps: (row) => row.infra > 0 },
  {
    id: "missing",
    word: "evidence missing",
    title: "A signal is unavailable, by no fault of the patch",
    keeps: (row) => row.missing > 0,
  },
  { id: "unchosen", word: "nothing chosen", title: "No rollout was chosen", keeps: (row) => row.selected === null },
];

export type SortKey =
  | "id"
  | "resolved"
  | "chosen"
  | "rollouts"
  | "candidates"
  | "tampered"
  | "flaky"
  | "infra"
  | "missing";

/** Ascending; "no" and "unknown" come before "yes". */
const SORTS: Readonly<Record<SortKey, (row: PageRow) => number | string>> = {
  id: () => 0,
  resolved: (row) => 3 * rank(row.resolved) + rank(row.solvable),
  chosen: (row) => row.selected ?? "",
  rollouts: (row) => row.rollouts,
  candidates: (row) => row.candidates,
  tampered: (row) => row.tampered,
  flaky: (row) => row.flaky,
  infra: (row) => row.infra,
  missing: (row) => row.missing,
};

export interface Sorting {
  readonly key: SortKey;
  readonly descending: boolean;
}

export function sortingOf({ params }: Place): Sorting {
  const text = params.sort ?? "id";
  const descending = text.startsWith("-");
  const key = (Object.keys(SORTS) as SortKey[]).find((one) => one === text.replace(/^-/, "")) ?? "id";
  return { key, descending };
}

/** Filters in force; a row has to satisfy all of them. */
export function shownBy({ params }: Place): readonly string[] {
  const wanted = (params.show ?? "").split(",");
  return FILTERS.filter(({ id }) => wanted.includes(id)).map(({ id }) => id);
}

/** Rows that the search lets through, before any filter: what the filters' numbers count. */
export function searched(rows: readonly PageRow[], { params }: Place): readonly PageRow[] {
  const words = (params.q ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = `${row.instanceId} ${row.selected ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The rows of the table. Rows that compare equal keep the natural order of their ids. */
export function listed(rows: readonly PageRow[], place: Place): readonly PageRow[] {
  const filters = shownBy(place).flatMap((id) => FILTERS.find((one) => one.id === id) ?? []);
  const { key, descending } = sortingOf(place);
  const kept = searched(rows, place).filter((row) => filters.every(({ keeps }) => keeps(row)));
  if (key === "id") return descending ? kept.toReversed() : kept;
  const value = SORTS[key];
  const sign = descending ? -1 : 1;
  return kept.toSorted((left, right) => sign * compared(value(left), value(right)));
}

export interface Neighbours {
  readonly before: string | null;
  readonly after: string | null;
  /** From 1; 0 where the instance is not among those listed. */
  readonly position: number;
  readonly of: number;
}

/** The instances around the one that is open, in the order of the table; of all of them where it is filtered out. */
export function neighbours(rows: readonly PageRow[], place: Place): Neighbours {
  const among = listed(rows, place);
  const ids = among.some(({ instanceId }) => instanceId === place.subject) ? among : rows;
  const at = ids.findIndex(({ instanceId }) => instanceId === place.subject);
  return {
    before: at === -1 ? null : (ids[at - 1]?.instanceId ?? null),
    after: at === -1 ? null : (ids[at + 1]?.instanceId ?? null),
    position: at + 1,
    of: ids.length,
  };
}

/** Wrong, though another rollout is right. */
export function missed(row: PageRow): boolean {
  return row.resolved === false && row.solvable === true;
}

function rank(truth: boolean | null): number {
  return truth === null ? 1 : truth ? 2 : 0;
}

function compared(left: number | string, right: number | string): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return String(left) < String(right) ? -1 : String(left) > String(right) ? 1 : 0;
}
