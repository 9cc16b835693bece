// Best@K by aggregator: lines with bands, read by pointer or by arrow keys, with a legend that switches curves off.
import { useState } from "preact/hooks";
import type { PageOverview } from "../../../core/page.js";
import { interval, percent } from "../format.js";
import { Curves } from "./Curves.js";
import { strokeOf } from "./strokes.js";

type Curve = PageOverview["curves"][number];

export function CurveChart({ curves }: { readonly curves: readonly Curve[] }) {
  const [hidden, setHidden] = useState<readonly string[]>([]);
  const ks = [...new Set(curves.flatMap(({ points }) => points.map(({ k }) => k)))].sort((a, b) => a - b);
  const last = ks.at(-1) ?? 1;
  const [chosen, setK] = useState<number | null>(null);
  const k = chosen !== null && ks.includes(chosen) ? chosen : last;
  const shown = curves
    .map((curve, index) => ({ curve, stroke: strokeOf(curve.name, index) }))
    .filter(({ curve }) => !hidden.includes(curve.name));
  const toggle = (name: string) =>
    setHidden((before) => (before.includes(name) ? before.filter((one) => one !== name) : [...before, name]));
  return (
    <div class="curves">
      <Curves curves={shown} ks={ks} k={k} onK={setK} />
      <table class="readout">
        <caption>best@{k}, % of instances</caption>
        <tbody>
          {curves.map((curve, index) => {
            const point = curve.points.find((one) => one.k === k);
            const stroke = strokeOf(curve.name, index);
            const off = hidden.includes(curve.name);
            return (
              <tr key={curve.name} class={off ? "off" : ""}>
                <th scope="row">
                  <button type="button" class="legend" aria-pressed={!off} onClick={() => toggle(curve.name)}>
                    <svg width="26" height="10" aria-hidden="true" class={stroke.name}>
                      <line x1="1" x2="25" y1="5" y2="5" class="curve" stroke-dasharray={stroke.dash} />
                    </svg>
                    <span>{curve.name}</span>
                  </button>
                </th>
                <td class="figure value">
                  {point === undefined ? "" : `${point.exact ? "" : "≈"}${percent(point.value)}`}
                </td>
                <td class="figure interval">{point === undefined ? "" : interval(point)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
