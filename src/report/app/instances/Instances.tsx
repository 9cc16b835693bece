// The table of instances: what was chosen for each, whether it is right, and what was odd.
import { useEffect, useState } from "preact/hooks";
import type { PageRow } from "../../../core/page.js";
import { counted } from "../format.js";
import { ROW, SEARCH } from "../keys.js";
import { Verdict } from "../marks/Verdict.js";
import { goQuietly, useLinks, usePage } from "../page.js";
import { hashOf, withParams } from "../place.js";
import { Text } from "../text/Text.js";
import { plain } from "../text/visible.js";
import { Filters } from "./Filters.js";
import { listed, missed, type SortKey, sortingOf } from "./order.js";

const COLUMNS: readonly {
  readonly key: SortKey;
  readonly label: string;
  readonly number?: true;
  readonly title: string;
}[] = [
  { key: "resolved", label: "Result", title: "Whether the chosen rollout is right; missed: another one is" },
  { key: "id", label: "Instance", title: "Id of the instance" },
  { key: "chosen", label: "Chosen", title: "The rollout that is submitted" },
  { key: "rollouts", label: "Rollouts", number: true, title: "Rollouts of this instance" },
  { key: "candidates", label: "Patches", number: true, title: "Distinct patches among them" },
  { key: "tampered", label: "Tampered", number: true, title: "Rollouts that tamper with the tests" },
  { key: "flaky", label: "Flaky", number: true, title: "Flaky tests" },
  { key: "infra", label: "Infra", number: true, title: "Runs that failed for reasons of the machine" },
  { key: "missing", label: "Missing", number: true, title: "Rollouts that lack a signal, by no fault of their patch" },
];

/** What is odd about instances has a column where any of the run is odd in that way. */
const ODD = ["tampered", "flaky", "infra", "missing"] as const satisfies readonly SortKey[];

type OddKey = (typeof ODD)[number];

/** Rows drawn at first; more come with scrolling, all for print. */
const FIRST = 150;

export function Instances() {
  const { run, place } = usePage();
  const rows = listed(run.instances, place);
  const query = place.params.q ?? "";
  const odd = ODD.filter((key) => run.instances.some((row) => row[key] > 0));
  const columns = COLUMNS.filter(({ key }) => !ODD.some((one) => one === key) || odd.some((one) => one === key));
  const limit = useGrowingLimit(rows.length, hashOf(place));
  return (
    <>
      <h1 class="sr-only">Instances</h1>
      <div class="toolbar">
        <input
          {...SEARCH}
          type="search"
          placeholder="Search ids  /"
          aria-label="Search ids"
          value={query}
          onInput={(event) => goQuietly(hashOf(withParams(place, { q: event.currentTarget.value })))}
        />
        <Filters />
        <span class="spring" />
        <span class="soft" role="status">
          {rows.length === run.instances.length
            ? counted(rows.length, "instance")
            : `${rows.length} of ${counted(run.instances.length, "instance")}`}
        </span>
      </div>
      <div class="table-frame">
        <table class="list instances">
          <thead>
            <tr>
              {columns.map((column) => (
                <SortHeading key={column.key} column={column} />
              ))}
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, limit.rows).map((row) => (
              <InstanceRow key={row.instanceId} row={row} query={query} odd={odd} />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 && (
        <p class="empty">
          {run.instances.length === 0 ? "This run has no instance yet." : "No instance is like that."}
        </p>
      )}
      <div ref={limit.end} />
    </>
  );
}

function SortHeading({ column }: { readonly column: (typeof COLUMNS)[number] }) {
  const { place } = usePage();
  const links = useLinks();
  const { key, descending } = sortingOf(place);
  const active = key === column.key;
  // Figures are sorted from the largest first: that is where to look.
  const first = column.number === true ? `-${column.key}` : column.key;
  const other = column.number === true ? column.key : `-${column.key}`;
  const now = `${descending ? "-" : ""}${key}`;
  return (
    <th
      scope="col"
      class={column.number ? "figure" : ""}
      aria-sort={active ? (descending ? "descending" : "ascending") : undefined}
    >
      <a href={links.params({ sort: active && now === first ? other : first })} title={column.title}>
        {column.label}
        <span class="arrow" aria-hidden="true">
          {active ? (descending ? "↓" : "↑") : ""}
        </span>
      </a>
    </th>
  );
}

interface RowProps {
  readonly row: PageRow;
  readonly query: string;
  readonly odd: readonly OddKey[];
}

function InstanceRow({ row, query, odd }: RowProps) {
  const links = useLinks();
  return (
    <tr>
      <td>
        <Verdict resolved={row.resolved} missed={missed(row)} unsolvable={row.solvable === false} />
      </td>
      <th scope="row">
        <a
          {...ROW}
          class="cut"
          href={links.to({ view: "instance", subject: row.instanceId })}
          title={plain(row.instanceId)}
        >
          <Text value={row.instanceId} query={query} />
        </a>
      </th>
      <td>
        <span class="cut-line">
          {row.selected === null ? (
            <span class="soft">none</span>
          ) : (
            <span class="cut" title={plain(row.selected)}>
              <Text value={row.selected} query={query} />
            </span>
          )}
          {row.tie && (
            <span class="tag" title="Chosen from a tie">
              tie
            </span>
          )}
        </span>
      </td>
      <Figure value={row.rollouts} />
      <Figure value={row.candidates} />
      {odd.map((key) => (
        <Figure key={key} value={row[key]} alarming />
      ))}
      <td class="why" title={plain(row.why)}>
        <Text value={row.why} />
      </td>
    </tr>
  );
}

function Figure({ value, alarming = false }: { readonly value: number; readonly alarming?: boolean }) {
  if (value === 0) return <td class="figure nothing">{alarming ? "·" : "0"}</td>;
  return <td class={alarming ? "figure alarming" : "figure"}>{value}</td>;
}

function useGrowingLimit(total: number, order: string) {
  const [rows, setRows] = useState(FIRST);
  const [end, setEnd] = useState<Element | null>(null);
  useEffect(() => {
    scrollY === 0 && setRows(FIRST);
  }, [order]);
  useEffect(() => {
    if (end === null || rows >= total) return;
    const near = new IntersectionObserver(
      (entries) => entries.some((one) => one.isIntersecting) && setRows((before) => before + FIRST),
      {
        rootMargin: "1500px",
      },
    );
    near.observe(end);
    const all = () => setRows(total);
    addEventListener("beforeprint", all);
    return () => {
      near.disconnect();
      removeEventListener("beforeprint", all);
    };
  }, [end, rows, total]);
  return { rows, end: setEnd };
}
