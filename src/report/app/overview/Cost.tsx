// What the run cost, and what it did not have to pay for.
import type { PageCost } from "../../../core/page.js";
import { count, duration } from "../format.js";

export function Cost({ cost }: { readonly cost: PageCost }) {
  const rows: readonly (readonly [string, string, number | null, (value: number) => string])[] = [
    ["in containers", "seconds of containers that ran tests", cost.containerSeconds, duration],
    ["in the reward model", "seconds of the model", cost.modelSeconds, duration],
    ["verdicts from earlier runs", "taken from the cache", cost.cached, count],
    ["saved by equal patches", "container time of rollouts that share a patch", cost.savedByEqualPatches, duration],
    ["saved by laziness", "container time of tests that could not matter", cost.savedByLaziness, duration],
  ];
  const recorded = rows.filter(([, , value]) => value !== null);
  if (recorded.length === 0) return <p class="empty">This run recorded no cost.</p>;
  return (
    <table class="facts">
      <tbody>
        {rows.map(([word, title, value, show]) => (
          <tr key={word}>
            <th scope="row" title={title}>
              {word}
            </th>
            <td class="figure">{value === null ? <span class="soft">not recorded</span> : show(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
