// What a ranking is worth on labelled instances: expected resolved against chance and oracle, exact over ties.
import type { InstanceRanking } from "../core/schemas.js";
import type { Labels } from "../core/types.js";

/** Sums over the instances whose rollouts all have labels, in units of instances. */
export interface Labelled {
  readonly instances: number;
  /** Instances left out because a rollout of theirs has no label. */
  readonly unlabelled: number;
  /** Resolved by the ranking: the mean label of the tie group that the selection comes from. */
  readonly expected: number;
  /** Resolved by drawing a rollout at random: the mean label of all. */
  readonly random: number;
  /** Instances with at least one resolved rollout. */
  readonly oracle: number;
  /** (expected − random) / (oracle − random); null where the oracle is no better than chance. */
  readonly gapClosed: number | null;
}

/** Figures of a ranking document, or null if none of its rollouts has a label. An instance without a selection resolves nothing. */
export function labelledFigures(rankings: readonly InstanceRanking[], labels: Labels): Labelled | null {
  const all = rankings.map((ranking) => ({ ranking, truth: truthOf(ranking, labels) }));
  if (all.every(({ truth }) => [...truth.values()].every((label) => label === null))) return null;
  const complete = all.filter(({ truth }) => [...truth.values()].every((label) => label !== null));
  const total = (figure: (entry: (typeof all)[number]) => number) =>
    complete.map(figure).reduce((sum, value) => sum + value, 0);
  const expected = total(({ ranking, truth }) => share(chosenGroup(ranking), truth));
  const random = total(({ truth }) => share([...truth.keys()], truth));
  const oracle = total(({ truth }) => ([...truth.values()].includes(true) ? 1 : 0));
  const gap = tidy(oracle - random);
  return {
    instances: complete.length,
    unlabelled: all.length - complete.length,
    expected: tidy(expected),
    random: tidy(random),
    oracle,
    gapClosed: gap === 0 ? null : tidy((expected - random) / gap),
  };
}

function truthOf({ instanceId, ranking }: InstanceRanking, labels: Labels): ReadonlyMap<string, boolean | null> {
  const ofInstance = labels.get(instanceId);
  return new Map(ranking.flat().map((rolloutId) => [rolloutId, ofInstance?.get(rolloutId) ?? null]));
}

function chosenGroup({ ranking, selected }: InstanceRanking): readonly string[] {
  return selected === null ? [] : (ranking.find((group) => group.includes(selected)) ?? []);
}

/** Share of resolved among some rollouts; 0 for none. */
function share(rolloutIds: readonly string[], truth: ReadonlyMap<string, boolean | null>): number {
  return rolloutIds.length === 0 ? 0 : rolloutIds.filter((id) => truth.get(id) === true).length / rolloutIds.length;
}

/** Ten decimals: sums of fractions come out without the noise of binary rounding. */
function tidy(value: number): number {
  return Math.round(value * 1e10) / 1e10 + 0;
}
