// The drawing of Best@K curves; the figures beside it say in words what it shows.
import { extent } from "d3-array";
import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import { useEffect, useRef, useState } from "preact/hooks";
import type { PageOverview, PagePoint } from "../../../core/page.js";
import type { Stroke } from "./strokes.js";

interface Shown {
  readonly curve: PageOverview["curves"][number];
  readonly stroke: Stroke;
}

interface Props {
  readonly curves: readonly Shown[];
  readonly ks: readonly number[];
  readonly k: number;
  readonly onK: (k: number | null) => void;
}

const HEIGHT = 320;
const MARGIN = { top: 10, right: 118, bottom: 36, left: 40 };
const LABEL_HEIGHT = 14;

export function Curves({ curves, ks, k, onK }: Props) {
  const { frame, width } = useWidth();
  const right = width < 480 ? 16 : MARGIN.right;
  const points = curves.flatMap(({ curve }) => curve.points);
  const [low = 0, high = 1] = extent(points.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]));
  const x = scaleLinear([ks[0] ?? 1, Math.max(ks.at(-1) ?? 1, (ks[0] ?? 1) + 1)], [MARGIN.left, width - right]);
  const y = scaleLinear([low, high], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice(5);
  const draw = line<PagePoint>(
    (point) => x(point.k),
    (point) => y(point.value),
  );
  const band = area<PagePoint>(
    (point) => x(point.k),
    (point) => y(point.low ?? point.value),
    (point) => y(point.high ?? point.value),
  );
  const nearest = (event: PointerEvent & { readonly currentTarget: Element }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = x.invert(event.clientX - box.left);
    onK(ks.reduce((best, one) => (Math.abs(one - at) < Math.abs(best - at) ? one : best), ks[0] ?? 1));
  };
  return (
    <div ref={frame} class="drawing">
      <svg width={width} height={HEIGHT} aria-hidden="true" onPointerMove={nearest}>
        {y.ticks(5).map((tick) => (
          <g key={tick} class="grid">
            <line x1={MARGIN.left} x2={width - right} y1={y(tick)} y2={y(tick)} />
            <text x={MARGIN.left - 8} y={y(tick)} dy="0.35em" text-anchor="end">
              {Math.round(1000 * tick) / 10}
            </text>
          </g>
        ))}
        {x
          .ticks(Math.min(ks.length, 8))
          .filter(Number.isInteger)
          .map((tick) => (
            <text key={tick} class="tick" x={x(tick)} y={HEIGHT - MARGIN.bottom + 18} text-anchor="middle">
              {tick}
            </text>
          ))}
        <text class="tick" x={(MARGIN.left + width - right) / 2} y={HEIGHT - 3} text-anchor="middle">
          K, rollouts to choose from
        </text>
        <line class="cursor" x1={x(k)} x2={x(k)} y1={MARGIN.top} y2={HEIGHT - MARGIN.bottom} />
        {curves.map(({ curve, stroke }) => (
          <g key={curve.name} class={stroke.name}>
            <path class="band" d={band(curve.points) ?? ""} />
            <path class="curve" d={draw(curve.points) ?? ""} stroke-dasharray={stroke.dash} />
            {curve.points
              .filter((point) => point.k === k || curve.points.length === 1)
              .map((point) => (
                <circle key={point.k} class="point" cx={x(point.k)} cy={y(point.value)} r={3.5} />
              ))}
          </g>
        ))}
        {right === MARGIN.right && <Labels curves={curves} at={(point) => y(point.value)} x={width - right + 8} />}
      </svg>
      <input
        type="range"
        class="choose-k"
        aria-label="K"
        min={0}
        max={ks.length - 1}
        value={ks.indexOf(k)}
        aria-valuetext={`K = ${k}`}
        style={{ marginLeft: `${MARGIN.left - 8}px`, width: `${width - MARGIN.left - right + 16}px` }}
        onInput={(event) => onK(ks[event.currentTarget.valueAsNumber] ?? null)}
      />
    </div>
  );
}

interface LabelsProps {
  readonly curves: readonly Shown[];
  readonly at: (point: PagePoint) => number;
  readonly x: number;
}

/** Names at the ends of the lines, pushed apart where lines end close to each other. */
function Labels({ curves, at, x }: LabelsProps) {
  const ends = curves
    .flatMap(({ curve, stroke }) => {
      const end = curve.points.at(-1);
      return end === undefined ? [] : [{ name: curve.name, stroke, y: at(end) }];
    })
    .sort((a, b) => a.y - b.y);
  const placed: number[] = [];
  for (const end of ends) placed.push(Math.max(end.y, (placed.at(-1) ?? 0) + LABEL_HEIGHT));
  const over = (placed.at(-1) ?? 0) - (HEIGHT - MARGIN.bottom + 4);
  if (over > 0) {
    placed[placed.length - 1] = HEIGHT - MARGIN.bottom + 4;
    for (let at = placed.length - 2; at >= 0; at--)
      placed[at] = Math.min(placed[at] ?? 0, (placed[at + 1] ?? 0) - LABEL_HEIGHT);
  }
  return (
    <>
      {ends.map(({ name, stroke }, index) => (
        <text key={name} class={`label ${stroke.name}`} x={x} y={placed[index] ?? 0} dy="0.35em">
          {name.length > 17 ? `${name.slice(0, 16)}…` : name}
        </text>
      ))}
    </>
  );
}

function useWidth() {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const sizes = new ResizeObserver(() => setWidth(Math.max(260, element.clientWidth)));
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);
  return { frame, width };
}
