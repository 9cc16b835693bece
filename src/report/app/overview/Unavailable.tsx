// Which signals are missing, how often and why.
import type { PageOverview } from "../../../core/page.js";
import { count, percent } from "../format.js";

interface Props {
  readonly rows: PageOverview["unavailable"];
  /** Rollouts of the run. */
  readonly of: number;
}

export function Unavailable({ rows, of }: Props) {
  if (rows.length === 0) return <p class="empty">Every rollout has every signal.</p>;
  return (
    <table class="facts">
      <thead>
        <tr>
          <th scope="col">signal</th>
          <th scope="col">reason</th>
          <th scope="col" class="figure">
            rollouts
          </th>
          <th scope="col" class="figure">
            share
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ signal, reason, rollouts }) => (
          <tr key={`${signal} ${reason}`}>
            <th scope="row">{signal}</th>
            <td>{reason}</td>
            <td class="figure">{count(rollouts)}</td>
            <td class="figure">{of === 0 ? "" : `${percent(rollouts / of)} %`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
