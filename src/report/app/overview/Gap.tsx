// Where the gap between the choice and the oracle goes, largest part first.
import type { PageOverview } from "../../../core/page.js";
import { decimal, percent } from "../format.js";

type Parts = NonNullable<PageOverview["gap"]>;

export function Gap({ gap }: { readonly gap: Parts }) {
  const largest = Math.max(...gap.map(({ share }) => share), 0);
  return (
    <table class="bars">
      <thead>
        <tr>
          <th scope="col">because</th>
          <th scope="col" class="figure">
            instances
          </th>
          <th scope="col" class="figure">
            share
          </th>
          <td class="bar" />
        </tr>
      </thead>
      <tbody>
        {gap.map(({ name, instances, share }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="figure">{decimal(instances)}</td>
            <td class="figure">{percent(share)} %</td>
            <td class="bar">
              <span style={{ width: `${largest === 0 ? 0 : (100 * share) / largest}%` }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
