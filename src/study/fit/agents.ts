// How a fusion does on agents that it was not fitted on, and how well an agent could be told from what the fusion sees.
import { randomStream, shuffleStart } from "../../core/random.js";
import type { Evidence } from "../../core/schemas.js";
import type { Labels } from "../../core/types.js";
import type { Aggregator } from "../../select/aggregator.js";
import { fusion } from "../../select/fusion.js";
import type { LabelledPool } from "../pools.js";
import { choicesOf, expectedOf } from "../verdict.js";
import { COLUMN_COUNT, type Example, examplesOf } from "./examples.js";
import { type FusionFitOptions, fitFusion } from "./fit.js";
import { byInstance, foldsOf } from "./folds.js";
import { type Group, logisticLoss } from "./losses.js";
import { minimise } from "./newton.js";
import { type Sums, sumsOf, type Worth, worthOfSums } from "./worth.js";

/** Names that are rollouts of at least this share of the instances are agents; one-off ids are not. */
const SHARED = 0.5;
const LEAST_AGENTS = 4;

/** Rollout ids that most instances share, sorted; empty where they are fewer than four. */
export function agentsOf(pools: readonly LabelledPool[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { pool } of pools)
    for (const { rolloutId } of pool) counts.set(rolloutId, (counts.get(rolloutId) ?? 0) + 1);
  const shared = [...counts].filter(([, count]) => count >= SHARED * pools.length).map(([id]) => id);
  return shared.length < LEAST_AGENTS ? [] : shared.sort();
}

export interface AgentsLeftOut {
  readonly splits: number;
  readonly fusion: Worth;
  /** The same choices by others. */
  readonly others: readonly Worth[];
  /** Fusion − each of the others, in shares of the gap; with the interval. */
  readonly difference: readonly Worth[];
}

export interface AgentsOptions extends FusionFitOptions {
  readonly splits: number;
  readonly against: readonly Aggregator[];
  readonly onSplit?: (done: number) => void;
}

/**
 * Fits on half of the agents, in other instances than those it then ranks, and chooses among the other half, both ways
 * round; an instance counts with its mean over the splits.
 */
export function agentsLeftOut(
  pools: readonly LabelledPool[],
  agents: readonly string[],
  options: AgentsOptions,
): AgentsLeftOut {
  const evidence = pools.flatMap(({ pool }) => pool);
  const labels = labelsOf(pools);
  const ways = ["fusion", ...options.against.map(({ name }) => name)];
  const totals = ways.map(() => new Map<string, { gain: number; gap: number; expected: number }>());
  for (let split = 0; split < options.splits; split++) {
    const drawn = [...agents];
    shuffleStart(drawn, drawn.length, randomStream(options.seed, "agents", String(split)));
    const half = new Set(drawn.slice(0, Math.floor(drawn.length / 2)));
    for (const side of [true, false]) {
      const examples = examplesOf(evidence, labels, ({ rolloutId }) => half.has(rolloutId) === side);
      const fitted = fusion(fitFusion(examples, options));
      const tested = pools.flatMap((pool) => partOf(pool, ({ rolloutId }) => half.has(rolloutId) !== side));
      [fitted, ...options.against].forEach((aggregator, way) => {
        for (const choice of choicesOf(tested, aggregator)) {
          const known = totals[way]?.get(choice.instanceId) ?? { gain: 0, gap: 0, expected: 0 };
          const { gain, gap } = sumsOf(choice);
          const share = 1 / (2 * options.splits);
          totals[way]?.set(choice.instanceId, {
            gain: known.gain + share * gain,
            gap: known.gap + share * gap,
            expected: known.expected + share * expectedOf(choice),
          });
        }
      });
    }
    options.onSplit?.(split + 1);
  }
  const sums = totals.map((total) =>
    [...total].map(([instanceId, own]): Sums & { expected: number } => ({ instanceId, ...own })),
  );
  const worths = sums.map((own, way) => worthOf(ways[way] as string, own, options.seed));
  const [own = [], ...others] = sums;
  return {
    splits: options.splits,
    fusion: worths[0] as Worth,
    others: worths.slice(1),
    difference: others.map((other, index) => {
      const apart = own.map((one, at) => ({
        ...one,
        gain: one.gain - (other[at]?.gain ?? 0),
        expected: one.expected - (other[at]?.expected ?? 0),
      }));
      return worthOf(ways[index + 1] as string, apart, options.seed);
    }),
  };
}

function worthOf(name: string, sums: readonly (Sums & { readonly expected: number })[], seed: number): Worth {
  return worthOfSums(
    name,
    sums,
    sums.reduce((sum, { expected }) => sum + expected, 0),
    seed,
  );
}

/** The same instance with some of its rollouts; nothing where none is left. */
function partOf(
  { instanceId, pool, labels }: LabelledPool,
  keep: (evidence: Evidence) => boolean,
): readonly LabelledPool[] {
  const places = pool.flatMap((evidence, place) => (keep(evidence) ? [place] : []));
  if (places.length === 0) return [];
  return [
    {
      instanceId,
      pool: places.map((place) => pool[place] as Evidence),
      labels: places.map((place) => labels[place] as number),
    },
  ];
}

export function labelsOf(pools: readonly LabelledPool[]): Labels {
  const labels = new Map<string, Map<string, boolean>>();
  for (const { instanceId, pool, labels: own } of pools) {
    const known = labels.get(instanceId) ?? new Map<string, boolean>();
    pool.forEach(({ rolloutId }, place) => {
      known.set(rolloutId, own[place] === 1);
    });
    labels.set(instanceId, known);
  }
  return labels;
}

export interface ToldAgents {
  readonly agents: number;
  /** Share of rollouts whose agent is told right among all agents, in instances that it was not learnt from. */
  readonly accuracy: number;
  /** What the most frequent agent alone would give. */
  readonly chance: number;
}

const TOLD_FOLDS = 5;
const TOLD_RIDGE = 1;

/** One logistic regression an agent on the columns, the likeliest agent is told. */
export function agentsTold(examples: readonly Example[], agents: readonly string[], seed: number): ToldAgents {
  const folds = foldsOf(examples, byInstance, TOLD_FOLDS, seed);
  const spread = new Float64Array(COLUMN_COUNT);
  for (const { x } of examples)
    x.forEach((value, at) => {
      spread[at % COLUMN_COUNT] = (spread[at % COLUMN_COUNT] as number) + value * value;
    });
  const rows = examples.reduce((sum, { y }) => sum + y.length, 0);
  const scale = spread.map((sum) => Math.sqrt(sum / rows) || 1);
  const p = COLUMN_COUNT + 1;
  const groups = examples.map(({ x, rolloutIds }) => {
    const own = new Float64Array(rolloutIds.length * p);
    rolloutIds.forEach((_, i) => {
      own[i * p] = 1;
      for (let j = 0; j < COLUMN_COUNT; j++)
        own[i * p + j + 1] = (x[i * COLUMN_COUNT + j] as number) / (scale[j] as number);
    });
    return { x: own, rolloutIds };
  });
  const ridge = Float64Array.from({ length: p }, (_, j) => (j === 0 ? 1e-3 : TOLD_RIDGE));
  let [right, total] = [0, 0];
  for (let fold = 0; fold < TOLD_FOLDS; fold++) {
    const train = groups.filter((_, index) => folds[index] !== fold);
    const fitted = agents.map((agent) => {
      const own = train.map(
        ({ x, rolloutIds }): Group => ({ x, y: rolloutIds.map((id) => Number(id === agent)), weight: 1 }),
      );
      return minimise(logisticLoss(own, p), ridge).at;
    });
    groups.forEach(({ x, rolloutIds }, index) => {
      if (folds[index] !== fold) return;
      rolloutIds.forEach((id, i) => {
        if (!agents.includes(id)) return;
        const scores = fitted.map((at) => at.reduce((sum, weight, j) => sum + weight * (x[i * p + j] as number), 0));
        total += 1;
        right += agents[scores.indexOf(Math.max(...scores))] === id ? 1 : 0;
      });
    });
  }
  const counts = agents.map((agent) =>
    examples.reduce((sum, { rolloutIds }) => sum + Number(rolloutIds.includes(agent)), 0),
  );
  return {
    agents: agents.length,
    accuracy: right / Math.max(1, total),
    chance: Math.max(...counts) / Math.max(1, total),
  };
}
