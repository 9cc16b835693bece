// Where a search's words occur in a text that is drawn in several styles: a match may begin in one and end in another.
import type { Styled } from "./ansi.js";

export interface Run extends Styled {
  readonly hit: boolean;
}

/** The same text, cut where a match begins or ends. Upper and lower case are alike. */
export function splitAtMatches(runs: readonly Styled[], query: string): readonly Run[] {
  const whole = runs.map(({ text }) => text).join("");
  const ranges = matchesOf(whole, query);
  if (ranges.length === 0) return runs.map((run) => ({ ...run, hit: false }));
  const cut: Run[] = [];
  let at = 0;
  let next = 0;
  for (const { text, style } of runs) {
    const end = at + text.length;
    while (at < end) {
      while (next < ranges.length && (ranges[next]?.to ?? 0) <= at) next += 1;
      const range = ranges[next];
      const hit = range !== undefined && range.from <= at;
      const stop = Math.min(end, hit ? range.to : (range?.from ?? end));
      cut.push({ text: whole.slice(at, stop), style, hit });
      at = stop;
    }
  }
  return cut;
}

function matchesOf(text: string, query: string): readonly { readonly from: number; readonly to: number }[] {
  const haystack = text.toLowerCase();
  const needle = query.toLowerCase();
  // Some letters change their length with their case; then positions don't agree, and nothing is marked.
  if (needle === "" || haystack.length !== text.length) return [];
  const ranges: { from: number; to: number }[] = [];
  for (let from = haystack.indexOf(needle); from !== -1; from = haystack.indexOf(needle, from + needle.length)) {
    ranges.push({ from, to: from + needle.length });
  }
  return ranges;
}
