// An ablation on stored evidence: each row's figure with its interval, and a paired test against the base row.
import { rollups } from "d3-array";
import { BestkError } from "../core/errors.js";
import type { Evidence } from "../core/schemas.js";
import type { Labels } from "../core/types.js";
import type { Aggregator } from "../select/aggregator.js";
import { aggregatorNamed } from "../select/registry.js";
import { type RewardSets, type VariantOptions, variantOf } from "./ablationEvidence.js";
import type { Grid, GridRow, Settings } from "./ablationGrid.js";
import { aggregatorOf } from "./ablationShape.js";
import { bestAtK, type CountedAt } from "./bestAtK.js";
import { BOOTSTRAP_DRAWS, meanInterval, resamples } from "./bootstrap.js";
import type { Estimate } from "./curve.js";
import { SUBSETS } from "./curves.js";
import { comparePairs, type Pair } from "./pairs.js";
import { type LabelledPool, labelledPools } from "./pools.js";
import { holm } from "./proportion.js";

/** The base's row has null where others are tested against it. Shares of instances in [0, 1]. */
export interface AblationRow {
  readonly name: string;
  readonly settings: Settings;
  readonly best: Estimate;
  /** False where tests or rollouts were drawn at random. */
  readonly exact: boolean;
  readonly against: AgainstBase | null;
  /** A published figure in per cent. */
  readonly published: number | null;
}

export interface AgainstBase {
  /** Row − base, with a paired bootstrap interval. */
  readonly difference: Estimate;
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  /** Two-sided, by sign flips of the differences, and adjusted by Holm over all rows. */
  readonly p: number;
  readonly pHolm: number;
  /** Exact McNemar test of what was selected; null at a `k`, or where something was drawn: nothing is selected then. */
  readonly mcnemar: number | null;
}

/** `bestk.ablation/1`. */
export interface AblationStudy {
  readonly schema: "bestk.ablation/1";
  /** Rollouts to choose from; null: all that an instance has. */
  readonly k: number | null;
  readonly instances: number;
  /** Left out because a rollout has no label. */
  readonly unlabelled: number;
  /** Left out because they have fewer than `k` rollouts. */
  readonly tooFew: number;
  readonly base: string;
  /** The base first, then in the order of the grid. */
  readonly rows: readonly AblationRow[];
}

export interface AblationOptions {
  readonly seed: number;
  readonly rewards?: RewardSets;
  /** Bootstrap draws, default 2,000. */
  readonly draws?: number;
  /** Finds an aggregator by its name; default: the registered ones. */
  readonly aggregatorNamed?: (name: string) => Aggregator;
}

interface Measured {
  readonly row: GridRow;
  /** Expected label, instance by instance. */
  readonly values: Float64Array;
  /** Whether the one selected is resolved; null where nothing is selected. */
  readonly selected: readonly boolean[] | null;
  readonly exact: boolean;
}

/** Deterministic. Throws BestkError `input` without labels, `configuration` for rows that the evidence can't answer. */
export function studyAblation(
  loaded: { readonly evidence: readonly Evidence[]; readonly labels: Labels },
  grid: Grid,
  options: AblationOptions,
): AblationStudy {
  const { pools, unlabelled } = labelledPools(loaded.evidence, loaded.labels);
  const members = pools.filter(({ pool }) => pool.length >= (grid.k ?? 1));
  if (members.length === 0) {
    throw new BestkError("configuration", `k: ${grid.k}: no instance has so many rollouts`);
  }
  const { seed, rewards = {}, draws = BOOTSTRAP_DRAWS } = options;
  const variants = { seed, rewards, testDraws: grid.testDraws };
  const named = options.aggregatorNamed ?? aggregatorNamed;
  const measured = grid.rows.map((row) => measure(members, row, grid.k, variants, named));
  const ids = members.map(({ instanceId }) => instanceId);
  const drawn = resamples(ids, { seed, draws });
  const [base, ...others] = measured as [Measured, ...Measured[]];
  const compared = others.map((other) => comparePairs(pairsOf(ids, base, other), { seed, draws }));
  const adjusted = holm(compared.map(({ p }) => p));
  const rows = measured.map(({ row, values, selected, exact }, index): AblationRow => {
    const paired = compared[index - 1];
    const interval = drawn === null ? { low: null, high: null } : meanInterval(values, drawn);
    return {
      name: row.name,
      settings: row.settings,
      best: { value: meanOf(values), ...interval },
      exact,
      against:
        paired === undefined
          ? null
          : {
              difference: paired.difference,
              wins: paired.wins,
              losses: paired.losses,
              ties: paired.ties,
              p: paired.p,
              pHolm: adjusted[index - 1] ?? 1,
              mcnemar: selected === null || base.selected === null ? null : paired.mcnemar,
            },
      published: row.published,
    };
  });
  return {
    schema: "bestk.ablation/1",
    k: grid.k,
    instances: members.length,
    unlabelled,
    tooFew: pools.length - members.length,
    base: base.row.name,
    rows,
  };
}

function measure(
  members: readonly LabelledPool[],
  row: GridRow,
  k: number | null,
  options: VariantOptions,
  named: (name: string) => Aggregator,
): Measured {
  const { settings, name } = row;
  const aggregator = aggregatorOf(settings.aggregator ?? "hybrid", settings, name, named);
  const variant = variantOf(
    members.map(({ pool }) => pool),
    settings,
    name,
    options,
  );
  const values = new Float64Array(members.length);
  const counted = countedIn(members, k);
  let exact = variant.exact;
  for (const drawn of variant.draws) {
    const pools = members.map((member, index) => ({ ...member, pool: drawn[index] as readonly Evidence[] }));
    for (const at of bestAtK(pools, aggregator, counted, { seed: options.seed, subsets: SUBSETS })) {
      at.members.forEach((member, index) => {
        values[member] = (values[member] as number) + (at.values[index] as number) / variant.draws.length;
      });
      // From all rollouts there is only one draw.
      exact &&= at.exact || k === null;
    }
  }
  const [only] = variant.draws;
  if (k !== null || variant.draws.length > 1 || only === undefined) return { row, values, selected: null, exact };
  const selected = members.map(({ pool, labels }, index) => {
    const id = aggregator.rank(only[index] as readonly Evidence[]).selected;
    return labels[pool.findIndex(({ rolloutId }) => rolloutId === id)] === 1;
  });
  return { row, values, selected, exact };
}

/** Without a `k`, each instance counts at its own number of rollouts. */
function countedIn(members: readonly LabelledPool[], k: number | null): readonly CountedAt[] {
  if (k !== null) return [{ k, members: members.map((_, index) => index) }];
  const places = members.map((_, index) => index);
  return rollups(
    places,
    (ofSize) => ofSize,
    (index) => members[index]?.pool.length ?? 0,
  ).map(([size, ofSize]) => ({ k: size, members: ofSize }));
}

function pairsOf(ids: readonly string[], base: Measured, other: Measured): readonly Pair[] {
  const outcome = ({ values, selected }: Measured, index: number) => ({
    expected: values[index] as number,
    selected: selected?.[index] === true,
  });
  return ids.map((instanceId, index) => ({
    instanceId,
    first: outcome(base, index),
    second: outcome(other, index),
  }));
}

/** Twelve decimals: sums of fractions come out without the noise of binary rounding. */
function meanOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return Math.round(mean * 1e12) / 1e12 + 0;
}
