// Ablations and other reports that lie in the run directory, as they were written.
import type { PageFigure, PageTable } from "../../../core/page.js";
import { interval, percent } from "../format.js";
import { usePage } from "../page.js";
import { Text } from "../text/Text.js";

type Cell = PageTable["rows"][number][number];

export function Tables() {
  const { run } = usePage();
  return (
    <>
      <h1 class="sr-only">Tables</h1>
      {run.tables.length === 0 && <p class="empty">This run directory holds no ablation and no other table.</p>}
      {run.tables.map((table, index) => (
        <section key={index} class="panel">
          <h2>
            <Text value={table.title} />
          </h2>
          <Shown table={table} />
          {table.notes.map((note, at) => (
            <p key={at} class="soft">
              <Text value={note} />
            </p>
          ))}
        </section>
      ))}
    </>
  );
}

function Shown({ table }: { readonly table: PageTable }) {
  return (
    <div class="table-frame">
      <table class="list">
        <thead>
          <tr>
            {table.columns.map(({ label, kind }, at) => (
              <th key={at} scope="col" class={kind === "text" ? "" : "figure"}>
                <Text value={label} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) => (
                <td
                  key={column}
                  class={typeof cell === "string" && table.columns[column]?.kind === "text" ? "" : "figure"}
                >
                  <Text value={shown(cell, table.columns[column]?.kind ?? "text")} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function shown(cell: Cell, kind: string): string {
  if (cell === null) return "";
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  if (typeof cell === "string") return cell;
  if (typeof cell === "number") return number(cell, kind);
  return `${number(cell.value, kind)} ${bracket(cell, kind)}`.trim();
}

function number(value: number, kind: string): string {
  return kind === "share" || kind === "percent" ? percent(value) : String(Number(value.toPrecision(6)));
}

function bracket(figure: PageFigure, kind: string): string {
  if (figure.low === null || figure.high === null) return "";
  return kind === "share" || kind === "percent"
    ? interval(figure)
    : `[${number(figure.low, kind)}, ${number(figure.high, kind)}]`;
}
