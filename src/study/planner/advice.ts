// What to do with a budget, in words: the best plan that it pays for, the next best of another kind, and what is only noise.
import { BestkError } from "../../core/errors.js";
import { didYouMean } from "../../core/nearest.js";
import { randomStream, shuffleStart } from "../../core/random.js";
import type { BootstrapOptions } from "../bootstrap.js";
import type { MeasuredPoint, PlanPoint } from "../planner.js";
import { pWords } from "../verdict.js";
import { type Difference, differenceOf } from "./frontier.js";

/** Limits of a plan an instance; those that are absent don't bind. */
export interface Budget {
  /** In the unit of the cost model. */
  readonly cost?: number;
  readonly rollouts?: number;
  readonly generators?: number;
  readonly tests?: number;
  readonly samples?: number;
}

export interface Advice {
  readonly budget: Budget;
  /** null: nothing is that cheap. */
  readonly best: PlanPoint | null;
  /** The best of those that buy other evidence. */
  readonly runnerUp: (Difference & { readonly plan: PlanPoint }) | null;
  /** The cheapest plan that the best one can't be told from (p ≥ 0.05); null where that is the best itself. */
  readonly cheapest: (Difference & { readonly plan: PlanPoint }) | null;
  /** What the plan that looks best on half of the instances resolves on the other half; a mean of 50 splits. */
  readonly outside: number | null;
  readonly words: string;
}

const LIMITS = ["cost", "rollouts", "generators", "tests", "samples"] as const;

/** `900`, or `rollouts=16,generators=1`. Throws BestkError `usage`. */
export function parseBudget(text: string): Budget {
  const limits = text.split(",").map((entry) => {
    const [name, value] = entry.includes("=") ? entry.split("=").map((part) => part.trim()) : ["cost", entry.trim()];
    if (!(LIMITS as readonly string[]).includes(name ?? "")) {
      throw new BestkError("usage", `--budget ${entry}: no such limit`, { hint: didYouMean(name ?? "", LIMITS) });
    }
    if (value === undefined || value === "" || !(Number(value) >= 0)) {
      throw new BestkError("usage", `--budget ${entry}: expected a number, at least 0`);
    }
    return [name, Number(value)] as const;
  });
  return Object.fromEntries(limits);
}

export function adviceFor(
  points: readonly MeasuredPoint[],
  ids: readonly string[],
  budget: Budget,
  unit: string,
  options: BootstrapOptions,
): Advice {
  const affordable = points.filter((point) => isWithin(point, budget));
  const best = bestOf(affordable);
  if (best === null) {
    const least = points.reduce((low, { cost }) => Math.min(low, cost), Number.POSITIVE_INFINITY);
    const words = `Nothing fits ${budgetWords(budget, unit)}: the cheapest plan costs ${amount(least)} ${unit} an instance.`;
    return { budget, best: null, runnerUp: null, cheapest: null, outside: null, words };
  }
  const against = (plan: MeasuredPoint | null) =>
    plan === null ? null : { ...differenceOf(plan, best, ids, options), plan };
  const second = against(bestOf(affordable.filter((point) => kindOf(point) !== kindOf(best))));
  const cheaper = affordable
    .filter(({ cost, resolved }) => cost < best.cost && resolved.low !== null)
    .toSorted((a, b) => a.cost - b.cost || b.resolved.value - a.resolved.value);
  let cheapest: ReturnType<typeof against> = null;
  for (const point of cheaper) {
    const found = against(point);
    if (found === null || found.p < 0.05) continue;
    cheapest = found;
    break;
  }
  const outside = outsideOf(affordable, ids.length, options.seed);
  const advice = { budget, best: plain(best), runnerUp: lean(second), cheapest: lean(cheapest), outside };
  return { ...advice, words: adviceWords(advice, best, unit) };
}

function isWithin({ cost, k, spend, samples }: PlanPoint, budget: Budget): boolean {
  const { POSITIVE_INFINITY: any } = Number;
  return (
    cost <= (budget.cost ?? any) + 1e-9 &&
    k <= (budget.rollouts ?? any) &&
    spend.generators <= (budget.generators ?? any) &&
    (spend.tests ?? 0) <= (budget.tests ?? any) &&
    samples <= (budget.samples ?? any)
  );
}

/** The most resolved; of equals the cheapest, then the one with fewer rollouts. */
function bestOf(points: readonly MeasuredPoint[]): MeasuredPoint | null {
  const order = (a: MeasuredPoint, b: MeasuredPoint): number =>
    Math.abs(b.resolved.value - a.resolved.value) > 1e-9
      ? b.resolved.value - a.resolved.value
      : a.cost - b.cost || a.k - b.k;
  return points.toSorted(order)[0] ?? null;
}

function kindOf({ tests, regression, samples }: PlanPoint): string {
  return JSON.stringify([tests, regression, samples]);
}

const SPLITS = 50;

/** The best of many plans looks better than it is on the instances that it was picked on. */
function outsideOf(points: readonly MeasuredPoint[], instances: number, seed: number): number | null {
  if (instances < 4) return null;
  const random = randomStream(seed, "plan", "halves");
  const half = instances >> 1;
  let sum = 0;
  for (let split = 0; split < SPLITS; split++) {
    const order = Array.from({ length: instances }, (_, index) => index);
    shuffleStart(order, half, random);
    const [seen, unseen] = [order.slice(0, half), order.slice(half)];
    const on = (places: readonly number[], { values }: MeasuredPoint): number =>
      places.reduce((total, place) => total + (values[place] as number), 0) / places.length;
    const judged = points.map((point) => ({ point, value: on(seen, point) }));
    const top = judged.reduce((a, b) => (b.value > a.value + 1e-9 ? b : a));
    sum += on(unseen, top.point);
  }
  return Math.round((sum / SPLITS) * 1e10) / 1e10;
}

function adviceWords(advice: Omit<Advice, "words">, best: PlanPoint, unit: string): string {
  const { runnerUp, cheapest, outside, budget } = advice;
  const first = `Within ${budgetWords(budget, unit)}: ${planWords(best)}, which resolves ${shareWords(best)} for ${amount(best.cost)} ${unit} an instance.`;
  const second =
    runnerUp === null
      ? ""
      : ` Next best of another kind: ${planWords(runnerUp.plan)}, ${shareWords(runnerUp.plan)} for ${amount(runnerUp.plan.cost)}; the difference, ${differenceWords(runnerUp)}, is ${runnerUp.p < 0.05 ? "more than noise" : "no more than noise"}.`;
  const third =
    cheapest === null
      ? ""
      : ` The cheapest that can't be told from the best: ${planWords(cheapest.plan)}, ${shareWords(cheapest.plan)} for ${amount(cheapest.plan.cost)} (${differenceWords(cheapest)}).`;
  const fourth =
    outside === null
      ? ""
      : ` Picked on half of the instances, the best resolves ${percent(outside)} % of the other half.`;
  return `${first}${second}${third}${fourth}`;
}

/** "9 rollouts, tests of 3 generators, regression tests, 1 reward sample each" */
export function planWords({ k, tests, regression, samples, spend }: PlanPoint): string {
  const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? "" : "s"}`;
  const written =
    tests.kind === "none"
      ? []
      : tests.kind === "number"
        ? [count(tests.count, "generated test")]
        : [tests.count === null ? "generated tests" : `tests of ${count(tests.count, "generator")}`];
  const parts = [
    ...written,
    ...(regression ? ["regression tests"] : []),
    ...(samples > 0 ? [`${count(samples, "reward sample")} each`] : []),
  ];
  return [count(spend.rollouts ?? k, "rollout"), ...(parts.length > 0 ? parts : ["one picked at random"])].join(", ");
}

function budgetWords(budget: Budget, unit: string): string {
  const parts = LIMITS.flatMap((name) => {
    const value = budget[name];
    return value === undefined ? [] : [name === "cost" ? `${amount(value)} ${unit}` : `${value} ${name}`];
  });
  return parts.length === 0 ? "any budget" : parts.join(", ");
}

function shareWords({ resolved: { value, low, high } }: PlanPoint): string {
  return low === null || high === null
    ? `${percent(value)} %`
    : `${percent(value)} % [${percent(low)}, ${percent(high)}]`;
}

function differenceWords({ difference: { value, low, high }, p }: Difference): string {
  const interval = low === null || high === null ? "" : ` [${percent(low)}, ${percent(high)}]`;
  return `${percent(value)} points${interval}, ${pWords(p)}`;
}

function percent(share: number): string {
  const text = (100 * share).toFixed(1);
  return Number(text) === 0 ? "0.0" : text;
}

function amount(cost: number): string {
  return cost >= 100 ? cost.toFixed(0) : String(Number(cost.toPrecision(3)));
}

function plain({ values: _values, ...point }: MeasuredPoint): PlanPoint {
  return point;
}

function lean(found: (Difference & { readonly plan: MeasuredPoint }) | null): Advice["runnerUp"] {
  return found === null ? null : { difference: found.difference, p: found.p, plan: plain(found.plan) };
}
