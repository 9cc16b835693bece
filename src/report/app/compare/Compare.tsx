// Two runs on the same instances: who wins how often, whether that can be chance, and where they differ.
import type { PageComparison } from "../../../core/page.js";
import { counted, percent, pValue } from "../format.js";
import { ROW } from "../keys.js";
import { useLinks, usePage } from "../page.js";
import { Text } from "../text/Text.js";
import { plain } from "../text/visible.js";

export function Compare() {
  const { data } = usePage();
  return (
    <>
      <h1 class="sr-only">Comparisons</h1>
      {data.comparisons.length === 0 && <p class="empty">No two runs of this page share instances.</p>}
      {data.comparisons.map((comparison) => (
        <Comparison key={`${comparison.left} ${comparison.right} ${comparison.aggregator}`} comparison={comparison} />
      ))}
    </>
  );
}

function Comparison({ comparison }: { readonly comparison: PageComparison }) {
  const { left, right, aggregator, instances, win, tie, loss, p, difference, differing } = comparison;
  return (
    <section class="panel comparison">
      <h2>
        <Text value={right} /> <span class="soft">against</span> <Text value={left} />{" "}
        <span class="soft">by {aggregator}</span>
      </h2>
      {instances === 0 ? (
        <p class="empty">No instance is labelled in both.</p>
      ) : (
        <>
          <p class="headline">
            {difference !== null && (
              <>
                <strong>{signedPoints(difference.value)}</strong> points
                {difference.low !== null && difference.high !== null && (
                  <span class="soft">
                    {" "}
                    [{signedPoints(difference.low)}, {signedPoints(difference.high)}]
                  </span>
                )}{" "}
                ·{" "}
              </>
            )}
            {p === null ? "nothing to test" : pValue(p)}{" "}
            <span class="soft">two-sided, paired, on {counted(instances, "instance")}</span>
          </p>
          <WinTieLoss win={win} tie={tie} loss={loss} />
        </>
      )}
      <Differing comparison={comparison} />
      {differing.length === 0 && <p class="empty">There is no instance on which they differ.</p>}
    </section>
  );
}

function WinTieLoss({ win, tie, loss }: { readonly win: number; readonly tie: number; readonly loss: number }) {
  const parts = [
    ["win", win],
    ["tie", tie],
    ["loss", loss],
  ] as const;
  const all = win + tie + loss;
  return (
    <div class="win-tie-loss">
      <div class="stack" aria-hidden="true">
        {parts.map(([kind, value]) => value > 0 && <span key={kind} class={kind} style={{ flexGrow: value / all }} />)}
      </div>
      <dl>
        {parts.map(([kind, value]) => (
          <div key={kind} class={kind}>
            <dt>{kind}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Differing({ comparison }: { readonly comparison: PageComparison }) {
  const { left, right, differing } = comparison;
  if (differing.length === 0) return null;
  return (
    <div class="table-frame">
      <table class="list">
        <caption>{counted(differing.length, "instance")} on which they differ</caption>
        <thead>
          <tr>
            <th scope="col">Instance</th>
            <th scope="col">
              <Text value={left} />
            </th>
            <th scope="col">
              <Text value={right} />
            </th>
          </tr>
        </thead>
        <tbody>
          {differing.map((row) => (
            <tr key={row.instanceId}>
              <th scope="row" class="id" title={plain(row.instanceId)}>
                <Text value={row.instanceId} />
              </th>
              <Choice run={left} instanceId={row.instanceId} rolloutId={row.left} first />
              <Choice run={right} instanceId={row.instanceId} rolloutId={row.right} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ChoiceProps {
  readonly run: string;
  readonly instanceId: string;
  readonly rolloutId: string | null;
  readonly first?: boolean;
}

function Choice({ run, instanceId, rolloutId, first = false }: ChoiceProps) {
  const links = useLinks();
  return (
    <td class="id">
      <a {...(first ? ROW : {})} href={links.to({ run, view: "instance", subject: instanceId })}>
        {rolloutId === null ? "none" : <Text value={rolloutId} />}
      </a>
    </td>
  );
}

function signedPoints(share: number): string {
  return share > 0 ? `+${percent(share)}` : percent(share);
}
