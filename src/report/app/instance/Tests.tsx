// Tests against candidates: which tests are listed, the matrix, and the log of the cell that is open.
import type { InstanceDetail } from "../../../core/page.js";
import { counted } from "../format.js";
import { SEARCH } from "../keys.js";
import { goQuietly, useLinks, usePage } from "../page.js";
import { hashOf, withParams } from "../place.js";
import { CellLog } from "./CellLog.js";
import type { TabProps } from "./InstanceView.js";
import { Matrix } from "./Matrix.js";
import { NOT_RUN, OUTCOME_MARKS } from "./outcomes.js";

const KINDS = [
  ["", "all"],
  ["distinguishing", "distinguishing"],
  ["regression", "regression"],
  ["generated", "generated"],
] as const;

export function Tests({ detail }: TabProps) {
  const { place } = usePage();
  const { matrix } = detail;
  const query = place.params.test ?? "";
  const listed = listedTests(detail, place.params.kind ?? "", query);
  if (matrix.tests.length === 0) {
    return (
      <p class="empty">
        {matrix.alike > 0 ? `${alike(matrix.alike)} No other test was run.` : "No test was run on this instance."}
      </p>
    );
  }
  return (
    <>
      <div class="toolbar">
        <input
          {...SEARCH}
          type="search"
          placeholder="Search tests  /"
          aria-label="Search tests"
          value={query}
          onInput={(event) => goQuietly(hashOf(withParams(place, { test: event.currentTarget.value })))}
        />
        <Kinds detail={detail} />
        <span class="spring" />
        <Legend />
      </div>
      <Matrix detail={detail} listed={listed} query={query} />
      {listed.length === 0 && <p class="empty">No test is like that.</p>}
      {matrix.alike > 0 && <p class="soft">{alike(matrix.alike)}</p>}
      <CellLog detail={detail} />
    </>
  );
}

function alike(tests: number): string {
  return `${counted(tests, "test")} said the same everywhere, base included, and ${tests === 1 ? "is" : "are"} not listed.`;
}

function Kinds({ detail }: { readonly detail: InstanceDetail }) {
  const { place } = usePage();
  const links = useLinks();
  const active = place.params.kind ?? "";
  return (
    <ul class="chips" aria-label="Which tests">
      {KINDS.map(([kind, word]) => {
        const tests = listedTests(detail, kind, "").length;
        if (tests === 0 && kind !== active) return null;
        return (
          <li key={kind}>
            <a class="chip" href={links.params({ kind })} aria-current={kind === active ? "true" : undefined}>
              {word} <span class="number">{tests}</span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}

function Legend() {
  return (
    <ul class="outcome-legend" aria-label="Symbols">
      {Object.entries(OUTCOME_MARKS).map(([outcome, { symbol, word }]) => (
        <li key={outcome}>
          <span class={`outcome ${outcome}`} aria-hidden="true">
            {symbol}
          </span>
          {word}
        </li>
      ))}
      <li>
        <span class="outcome not-run" aria-hidden="true">
          {NOT_RUN.symbol}
        </span>
        {NOT_RUN.word}
      </li>
    </ul>
  );
}

/** Indexes into the matrix. */
function listedTests({ matrix }: InstanceDetail, kind: string, query: string): readonly number[] {
  const needle = query.toLowerCase();
  return matrix.tests.flatMap((test, index) => {
    const fits = kind === "distinguishing" ? test.distinguishing : kind === "" || test.kind === kind;
    return fits && test.name.toLowerCase().includes(needle) ? [index] : [];
  });
}
