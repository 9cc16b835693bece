// Random, best single, chosen and oracle on one axis, with their intervals: how much of the way the choice goes.
import { scaleLinear } from "d3-scale";
import type { PageFigure, PageOverview } from "../../../core/page.js";
import { counted, interval, percent } from "../format.js";
import { usePage } from "../page.js";
import { plain } from "../text/visible.js";

type Labelled = NonNullable<PageOverview["labelled"]>;

interface Row {
  readonly name: string;
  readonly kind: string;
  readonly note: string;
  readonly figure: PageFigure;
}

const ROW_HEIGHT = 34;
const WIDTH = 1000;

export function Selection({ labelled }: { readonly labelled: Labelled }) {
  const { run } = usePage();
  const { chosen, random, oracle, bestSingle } = labelled;
  const rows: readonly Row[] = [
    { name: "Oracle", kind: "oracle", note: "right wherever one is", figure: oracle },
    { name: "Chosen", kind: "chosen", note: `by ${run.aggregators[0] ?? "the ranking"}`, figure: chosen },
    ...(bestSingle === null
      ? []
      : [{ name: "Best single", kind: "single", note: plain(bestSingle.rolloutId), figure: bestSingle }]),
    { name: "Random", kind: "random", note: "a rollout drawn evenly", figure: random },
  ];
  const [from, to] = domainOf(rows.map(({ figure }) => figure));
  const x = scaleLinear([from, to], [0, WIDTH]);
  return (
    <>
      <Headline labelled={labelled} />
      <table class="selection">
        <caption class="sr-only">Share of labelled instances that are resolved, with 95 % intervals</caption>
        <thead>
          <tr>
            <th scope="col" class="sr-only">
              Choice
            </th>
            <th scope="col" class="figure">
              resolved
            </th>
            <th scope="col" class="figure interval">
              95 %
            </th>
            <th scope="col" class="axis" aria-label="On a common axis">
              <div class="scale">
                {x.ticks(6).map((tick) => (
                  <span key={tick} class="tick" style={{ left: `${x(tick) / 10}%` }}>
                    {Math.round(100 * tick)}
                  </span>
                ))}
              </div>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.kind} class={row.kind}>
              <th scope="row">
                {row.name}
                <span class="note" title={row.note}>
                  {row.note}
                </span>
              </th>
              <td class="figure value">{percent(row.figure.value)} %</td>
              <td class="figure interval">{interval(row.figure)}</td>
              <td class="axis">
                <Whisker figure={row.figure} x={x} random={random.value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Headline({ labelled }: { readonly labelled: Labelled }) {
  const { chosen, random, oracle, instances } = labelled;
  const room = oracle.value - random.value;
  return (
    <p class="headline">
      <strong>{percent(chosen.value)} %</strong> of {counted(instances, "labelled instance")} resolved
      {room > 0 && ` · ${wayText((chosen.value - random.value) / room)}`}
    </p>
  );
}

function wayText(share: number): string {
  if (share < 0) return `${percent(-share)} % of the gap to the oracle is lost against a random pick`;
  return `${percent(share)} % of the gap between a random pick and the oracle is closed`;
}

interface WhiskerProps {
  readonly figure: PageFigure;
  readonly x: (value: number) => number;
  readonly random: number;
}

function Whisker({ figure, x, random }: WhiskerProps) {
  const middle = ROW_HEIGHT / 2;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${ROW_HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <line class="reference" x1={x(random)} x2={x(random)} y1={0} y2={ROW_HEIGHT} />
      {figure.low !== null && figure.high !== null && (
        <line class="whisker" x1={x(figure.low)} x2={x(figure.high)} y1={middle} y2={middle} />
      )}
      <line class="dot" x1={x(figure.value)} x2={x(figure.value)} y1={middle} y2={middle} />
    </svg>
  );
}

/** All figures and their intervals with a little room, in whole steps of 5 %. */
function domainOf(figures: readonly PageFigure[]): readonly [number, number] {
  const ends = figures.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const from = Math.max(0, Math.floor(20 * Math.min(...ends) - 0.2) / 20);
  const to = Math.min(1, Math.ceil(20 * Math.max(...ends) + 0.2) / 20);
  return to - from < 0.1 ? [Math.max(0, to - 0.1), to] : [from, to];
}
