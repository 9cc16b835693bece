// The run card as written in run.json: nested names become paths, so that every line is one fact.
import { Text } from "../text/Text.js";
import { plain } from "../text/visible.js";

export function RunCard({ card }: { readonly card: Readonly<Record<string, unknown>> }) {
  const facts = factsOf(card, "");
  if (facts.length === 0) return <p class="empty">This run keeps no card.</p>;
  return (
    <section class="run-card" tabIndex={0} aria-label="Facts of the run card">
      <table class="facts">
        <tbody>
          {facts.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">
                <Text value={name} />
              </th>
              <td title={plain(value)}>
                <Text value={value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function factsOf(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (value === null || value === undefined) return [[path, "none"]];
  if (typeof value !== "object") return [[path, String(value)]];
  const entries = Object.entries(value);
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return [[path, value.join(", ")]];
  return entries.flatMap(([name, inner]) => factsOf(inner, path === "" ? name : `${path}.${name}`));
}
