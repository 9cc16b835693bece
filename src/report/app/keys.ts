// What keys do. Only keys without a modifier, and none while somebody types.
import { useEffect, useRef } from "preact/hooks";
import { neighbours } from "./instances/order.js";
import { go, type Page } from "./page.js";
import { hashOf, moved, withParams } from "./place.js";

/** Rows that j and k go through carry this attribute on what takes the focus. */
export const ROW = { "data-row": "" } as const;

/** Search fields that / goes to carry this attribute. */
export const SEARCH = { "data-search": "" } as const;

/** As the help dialog lists them. */
export const KEYS: readonly (readonly [string, string])[] = [
  ["j  k", "next and previous row, step or match"],
  ["Enter", "open the row"],
  ["/", "search"],
  ["Esc", "leave the search, close the log, go back up"],
  ["[  ]", "previous and next instance, in the order of the table"],
  ["1 … 5", "tabs of an instance"],
  ["o  i  c  t", "overview, instances, comparisons, tables"],
  ["← → ↑ ↓", "cells of the matrix, K of the chart"],
  ["d", "colours: auto, light, dark"],
  ["?", "this list"],
];

export const TABS = ["candidates", "tests", "patches", "trajectory", "issue"] as const;

export function useKeys(page: Page | null, onHelp: () => void): void {
  const latest = useRef({ page, onHelp });
  latest.current = { page, onHelp };
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const { page, onHelp } = latest.current;
      if (page === null || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (document.querySelector("dialog[open]") !== null) return;
      if (event.key === "Escape") return void (goUp(page) && event.preventDefault());
      if (typing(event.target)) return;
      if (event.key === "?") onHelp();
      else if (!press(event.key, page)) return;
      event.preventDefault();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}

function press(key: string, page: Page): boolean {
  const { place } = page;
  if (key === "j") return step(1);
  if (key === "k") return step(-1);
  if (key === "/") return focusSearch();
  if (key === "[" || key === "]") return toNeighbour(page, key === "[" ? "before" : "after");
  if (key === "o") return leave(hashOf(moved(place, { view: "overview" })));
  if (key === "i") return leave(hashOf(moved(place, { view: "instances" })));
  if (key === "c" && page.data.comparisons.length > 0) return leave(hashOf(moved(place, { view: "compare" })));
  if (key === "t" && page.run.tables.length > 0) return leave(hashOf(moved(place, { view: "tables" })));
  if (key === "d") return leave(hashOf(withParams(place, { theme: nextTheme(place.params.theme) })));
  const tab = TABS[Number(key) - 1];
  if (tab !== undefined && place.view === "instance") return leave(hashOf(withParams(place, { tab })));
  return false;
}

function nextTheme(theme: string | undefined): string {
  return theme === "light" ? "dark" : theme === "dark" ? "" : "light";
}

function leave(hash: string): boolean {
  go(hash);
  return true;
}

function step(by: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")].filter((row) => row.offsetParent !== null);
  const at = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  const next = rows[at === -1 ? (by === 1 ? 0 : rows.length - 1) : at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return next !== undefined;
}

function focusSearch(): boolean {
  const field = [...document.querySelectorAll<HTMLInputElement>("[data-search]")].findLast(
    (one) => one.offsetParent !== null,
  );
  field?.focus();
  field?.select();
  return field !== undefined;
}

function toNeighbour({ run, place }: Page, side: "before" | "after"): boolean {
  if (place.view !== "instance" || place.subject === null) return false;
  const next = neighbours(run.instances, place)[side];
  if (next === null) return false;
  const tab = place.params.tab;
  return leave(hashOf(moved(place, { view: "instance", subject: next, params: tab === undefined ? {} : { tab } })));
}

/** From a field to the page, from a log to its matrix, from an instance to the table. */
function goUp({ place }: Page): boolean {
  if (typing(document.activeElement)) {
    (document.activeElement as HTMLElement).blur();
    return true;
  }
  if (place.view !== "instance") return false;
  if (place.params.cell !== undefined) return leave(hashOf(withParams(place, { cell: "" })));
  return leave(hashOf(moved(place, { view: "instances" })));
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select");
}
