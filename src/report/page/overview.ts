// The figures that a run is judged by: what was chosen against chance and oracle, curves, where the gap goes, what it cost.
import { compareCodeUnits } from "../../core/order.js";
import type { PageCost, PageFigure, PageOverview } from "../../core/page.js";
import type { Evidence } from "../../core/schemas.js";
import { SIGNAL_NAMES, type SignalName } from "../../core/signal.js";
import type { Aggregator } from "../../select/aggregator.js";
import { bestSingle } from "../../study/bestSingle.js";
import { BOOTSTRAP_DRAWS, meanInterval, type Resamples, resamples } from "../../study/bootstrap.js";
import { studyCurves } from "../../study/curves.js";
import { agentsOf } from "../../study/fit/agents.js";
import { gapAccount } from "../../study/gap.js";
import { type LabelledPool, labelledPools } from "../../study/pools.js";
import { choicesOf, expectedOf } from "../../study/verdict.js";
import type { PageSource } from "./source.js";
import { registeredAggregator, storedAggregator } from "./stored.js";

/** Draws an instance and k of an aggregator whose order depends on who was drawn: a page is for a look. */
const SUBSETS = 32;

const SEED = 0;

export function overviewOf(source: PageSource, cost: PageCost): PageOverview {
  const { evidence, labels, rankings } = source;
  const candidates = new Set(
    evidence.map(({ instanceId, candidateId, rolloutId }) => {
      return JSON.stringify([instanceId, candidateId ?? rolloutId]);
    }),
  );
  const pools = poolsWithLabels(source);
  const [chosen] = [...rankings].map(([name, ranked]) => storedAggregator(name, ranked));
  return {
    instances: new Set(evidence.map(({ instanceId }) => instanceId)).size,
    rollouts: evidence.length,
    candidates: candidates.size,
    labelled: pools.length === 0 || chosen === undefined ? null : labelledFigures(pools, chosen),
    curves: pools.length === 0 ? [] : curvesOf({ evidence, labels }, curveAggregators(source)),
    gap: pools.length === 0 || chosen === undefined ? null : gapOf(pools, chosen),
    cost,
    unavailable: unavailableOf(evidence),
  };
}

/** Instances whose rollouts all have labels; none where no label is known. */
export function poolsWithLabels({
  evidence,
  labels,
}: Pick<PageSource, "evidence" | "labels">): readonly LabelledPool[] {
  const byInstance = new Map<string, boolean>();
  for (const { instanceId, rolloutId } of evidence) {
    const known = (labels.get(instanceId)?.get(rolloutId) ?? null) !== null;
    byInstance.set(instanceId, (byInstance.get(instanceId) ?? true) && known);
  }
  return [...byInstance.values()].includes(true) ? labelledPools(evidence, labels).pools : [];
}

function labelledFigures(pools: readonly LabelledPool[], chosen: Aggregator): NonNullable<PageOverview["labelled"]> {
  const drawn = resamples(
    pools.map(({ instanceId }) => instanceId),
    { seed: SEED, draws: BOOTSTRAP_DRAWS },
  );
  const figure = (values: readonly number[]): PageFigure => figureOf(values, drawn);
  return {
    instances: pools.length,
    chosen: figure(choicesOf(pools, chosen).map(expectedOf)),
    random: figure(pools.map(({ labels }) => meanOf(labels))),
    oracle: figure(pools.map(({ labels }) => (labels.includes(1) ? 1 : 0))),
    bestSingle: bestSingleOf(pools, figure),
  };
}

/** null where rollouts have no names in common. */
function bestSingleOf(
  pools: readonly LabelledPool[],
  figure: (values: readonly number[]) => PageFigure,
): (PageFigure & { readonly rolloutId: string }) | null {
  const best = bestSingle(pools, agentsOf(pools));
  return best === null ? null : { ...figure(best.choices.map(expectedOf)), rolloutId: best.rolloutId };
}

/** Those whose signals are there at all: without any, each would be a random pick. */
function curveAggregators({ evidence, rankings }: PageSource): readonly Aggregator[] {
  const has = (...names: readonly SignalName[]) =>
    evidence.some(({ signals }) => names.some((name) => signals[name].status === "ok"));
  const [chosen] = rankings.keys();
  const names = [
    ...(chosen === undefined ? [] : [chosen]),
    ...(has("reward") && has("regression", "reproduction") ? ["hybrid"] : []),
    ...(has("regression", "reproduction") ? ["execution-based"] : []),
    ...(has("reward") ? ["execution-free"] : []),
    "random",
  ];
  return [...new Set(names)].flatMap((name) => registeredAggregator(name) ?? []);
}

function curvesOf(
  loaded: Pick<PageSource, "evidence" | "labels">,
  aggregators: readonly Aggregator[],
): PageOverview["curves"] {
  const { curves } = studyCurves(loaded, ["oracle", ...aggregators], { seed: SEED, subsets: SUBSETS });
  return curves.map(({ aggregator, points }) => ({
    name: aggregator,
    points: points.map(({ k, mean, low, high, exact }) => ({ k, value: mean, low, high, exact })),
  }));
}

/** Without the instances that no rollout resolves: no choice could have closed that gap. */
function gapOf(pools: readonly LabelledPool[], chosen: Aggregator): NonNullable<PageOverview["gap"]> {
  const { reasons } = gapAccount(pools, chosen);
  const open = reasons.filter(({ reason }) => reason !== "no right candidate");
  const all = open.reduce((sum, { instances }) => sum + instances, 0);
  return open.map(({ reason, detail, instances }) => ({
    name: detail === null ? reason : `${reason} (${detail})`,
    instances,
    share: instances / all,
  }));
}

function unavailableOf(evidence: readonly Evidence[]): PageOverview["unavailable"] {
  return SIGNAL_NAMES.flatMap((signal) => {
    const counts = new Map<string, number>();
    for (const { signals } of evidence) {
      const one = signals[signal];
      if (one.status === "unavailable") counts.set(one.reason, (counts.get(one.reason) ?? 0) + 1);
    }
    return [...counts]
      .map(([reason, rollouts]) => ({ signal, reason, rollouts }))
      .sort((a, b) => b.rollouts - a.rollouts || compareCodeUnits(a.reason, b.reason));
  });
}

/** The mean of values of instances, with its bootstrap interval. */
export function figureOf(values: readonly number[], drawn: Resamples | null): PageFigure {
  const interval = drawn === null ? { low: null, high: null } : meanInterval(Float64Array.from(values), drawn);
  return { value: meanOf(values), ...interval };
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
