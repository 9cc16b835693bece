// The raw log of the cell that is open, docked below the matrix so that both stay in sight.
import type { InstanceDetail } from "../../../core/page.js";
import { useLinks, usePage } from "../page.js";
import { LongTextPane } from "../text/LongTextPane.js";
import { TestName } from "../text/TestName.js";
import { cellNamed, cellText } from "./cells.js";
import { markOf } from "./outcomes.js";

export function CellLog({ detail }: { readonly detail: InstanceDetail }) {
  const { place } = usePage();
  const links = useLinks();
  const cell = cellNamed(place.params.cell);
  const test = cell === null ? undefined : detail.matrix.tests[cell.test];
  if (cell === null || test === undefined) return null;
  const text = cellText(detail.matrix, cell);
  const outcome = cell.column === -1 ? test.base : (detail.matrix.outcomes[cell.column]?.[cell.test] ?? null);
  const { symbol, word } = markOf(outcome);
  return (
    <section class="dock" aria-label="Log of the cell">
      <div class="dock-title">
        <b>{cell.column === -1 ? "base" : `P${cell.column + 1}`}</b>
        <span class={`outcome ${outcome ?? "not-run"}`} aria-hidden="true">
          {symbol}
        </span>
        <span>{word}</span>
        <TestName name={test.name} />
        <span class="spring" />
        <a class="quiet" href={links.params({ cell: "" })} title="Close (Esc)">
          Close
        </a>
      </div>
      {text === null ? (
        <p class="empty">No log of this run is kept.</p>
      ) : (
        <LongTextPane text={text} label="Raw log" find={test.name} />
      )}
    </section>
  );
}
