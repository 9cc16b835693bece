// Resolved against cost: a line for each way of choosing, along its numbers of rollouts, and the frontier above all of them.
import { extent, groups } from "d3-array";
import { scaleLinear } from "d3-scale";
import { area, curveStepAfter, line } from "d3-shape";
import type { PlanPoint, PlanStudy } from "../study/planner.js";
import { type Frame, type Scale, spread, xAxis, yAxis } from "./axes.js";
import { shorten } from "./escape.js";
import { INK, type Stroke, strokeOf } from "./palette.js";
import { showNumber } from "./show.js";
import { drawing, element, group, label, type Markup, textWidth } from "./svg.js";

/** More lines than this hide each other: those of numbers of tests go first, then the rest in their order. */
const MOST_LINES = 10;

/** SVG text. */
export function planFigure({ points, frontier, unit }: PlanStudy, title: string): string {
  const lines = chosenLines(points);
  const names = lines.map(([name, ofLine]) => `${shorten(name, 44)} ${lastShare(ofLine)}`);
  const frame: Frame = { left: 64, top: 44, right: 64 + 560, bottom: 424 };
  const labels = Math.max(120, ...names.map((name) => textWidth(name))) + 60;
  const shown = [...lines.flatMap(([, ofLine]) => ofLine), ...frontier.map(({ plan }) => plan)];
  const page = {
    width: frame.right + labels,
    height: frame.bottom + 54,
    title,
    description: lines.map(([name, ofLine]) => `${name}: ${lastShare(ofLine)} % at the most rollouts`).join("; "),
  };
  const heading = label(title, { x: frame.left, y: 24, "font-size": 15, "font-weight": "bold" });
  if (shown.length === 0) return drawing(page, [heading, label("no plans to draw", { x: frame.left, y: 70 })]);
  const [, dearest = 1] = extent(shown.map(({ cost }) => cost));
  const x = scaleLinear()
    .domain([0, dearest || 1])
    .range([frame.left, frame.right]);
  const y = shareScale(shown).range([frame.bottom, frame.top]);
  const strokes = lines.map((_, index) => strokeOf(index));
  return drawing(page, [
    heading,
    yAxis(y, frame, "resolved, % of instances", (value) => String(Math.round(1000 * value) / 10)),
    xAxis(x, frame, `cost, ${unit} an instance`, x.ticks(8), (value) => String(value)),
    frontierBand(
      frontier.map(({ plan }) => plan),
      x,
      y,
      dearest,
    ),
    ...lines.map(([, ofLine], index) => plotted(ofLine, strokes[index] as Stroke, x, y)),
    ...frontier.map(({ plan, firm }) =>
      element("circle", {
        cx: x(plan.cost),
        cy: y(plan.resolved.value),
        r: 5,
        fill: firm ? INK.text : "#ffffff",
        stroke: INK.text,
        "stroke-width": 1.4,
      }),
    ),
    label("● on the frontier, ○ on it by no more than noise", {
      x: frame.left + 14,
      y: frame.top + 14,
      fill: INK.soft,
    }),
    endNames(lines, names, strokes, y, frame),
  ]);
}

type Line = readonly [string, readonly PlanPoint[]];

function chosenLines(points: readonly PlanPoint[]): readonly Line[] {
  const all = groups(points, nameOf).map(([name, ofLine]): Line => [name, ofLine.toSorted((a, b) => a.k - b.k)]);
  const first = all.filter(([, ofLine]) => ofLine[0]?.tests.kind !== "number");
  return [...first, ...all.filter((one) => !first.includes(one))].slice(0, MOST_LINES);
}

function nameOf({ tests, regression, samples }: PlanPoint): string {
  const parts = [
    ...(tests.kind === "none" ? [] : tests.kind === "number" ? [`${tests.count} tests`] : [generators(tests.count)]),
    ...(regression ? ["regression"] : []),
    ...(samples === 0 ? [] : [samples === 1 ? "reward" : `${samples} reward samples`]),
  ];
  return parts.length === 0 ? "a random pick" : parts.join(" + ");
}

function generators(count: number | null): string {
  return count === null ? "generated tests" : `${count} generator${count === 1 ? "" : "s"}`;
}

function lastShare(points: readonly PlanPoint[]): string {
  return showNumber(points.at(-1)?.resolved.value ?? 0, "share");
}

function shareScale(points: readonly PlanPoint[]): Scale {
  const values = points.flatMap(({ resolved: { value, low, high } }) => [value, low ?? value, high ?? value]);
  const [least = 0, most = 1] = extent(values);
  return scaleLinear()
    .domain([Math.max(0, least - 0.01), Math.min(1, most + 0.01)])
    .nice();
}

/** What the frontier's plans resolve, with its interval: a step to the next plan that a budget pays for. */
function frontierBand(plans: readonly PlanPoint[], x: Scale, y: Scale, dearest: number): Markup {
  const last = plans.at(-1);
  const steps = last === undefined ? [] : [...plans, { ...last, cost: dearest }];
  const band = area<PlanPoint>()
    .curve(curveStepAfter)
    .x(({ cost }) => x(cost))
    .y0(({ resolved: { low, value } }) => y(low ?? value))
    .y1(({ resolved: { high, value } }) => y(high ?? value))
    .digits(2);
  const middle = line<PlanPoint>()
    .curve(curveStepAfter)
    .x(({ cost }) => x(cost))
    .y(({ resolved: { value } }) => y(value))
    .digits(2);
  return group({}, [
    element("path", { d: band(steps), fill: INK.frame, "fill-opacity": 0.14, stroke: "none" }),
    element("path", { d: middle(steps), fill: "none", stroke: INK.frame, "stroke-width": 1 }),
  ]);
}

function plotted(points: readonly PlanPoint[], { color, dash }: Stroke, x: Scale, y: Scale): Markup {
  const path = line<PlanPoint>()
    .x(({ cost }) => x(cost))
    .y(({ resolved }) => y(resolved.value))
    .digits(2);
  return group({}, [
    element("path", {
      d: path([...points]),
      fill: "none",
      stroke: color,
      "stroke-width": 1.8,
      "stroke-dasharray": dash,
    }),
    ...points.map(({ cost, resolved }) =>
      element("circle", { cx: x(cost), cy: y(resolved.value), r: 2.2, fill: color }),
    ),
  ]);
}

function endNames(
  lines: readonly Line[],
  names: readonly string[],
  strokes: readonly Stroke[],
  y: Scale,
  frame: Frame,
): Markup {
  const places = spread(
    lines.map(([, ofLine]) => y(ofLine.at(-1)?.resolved.value ?? 0)),
    15,
    frame.top + 4,
    frame.bottom - 4,
  );
  return group(
    {},
    lines.map(([name], index) => {
      const at = places[index] as number;
      const { color, dash } = strokes[index] as Stroke;
      const x1 = frame.right + 12;
      return group({}, [
        element("line", {
          x1,
          x2: x1 + 24,
          y1: at,
          y2: at,
          stroke: color,
          "stroke-width": 2.4,
          "stroke-dasharray": dash,
        }),
        label(names[index] as string, { x: x1 + 30, y: at + 4, fill: INK.text }, name),
      ]);
    }),
  );
}
