// Runs of one page against each other, on the instances that both hold: who wins, and whether chance could.
import { compareNatural } from "../../core/order.js";
import type { PageComparison } from "../../core/page.js";
import { BOOTSTRAP_DRAWS } from "../../study/bootstrap.js";
import { comparePairs } from "../../study/pairs.js";
import { type Choice, choicesOf, expectedOf } from "../../study/verdict.js";
import { poolsWithLabels } from "./overview.js";
import type { PageSource } from "./source.js";
import { storedAggregator } from "./stored.js";

const SEED = 0;

/** Of each pair of runs that share instances, by every aggregator that either run decides by and both hold. */
export function comparisonsOf(sources: readonly PageSource[]): readonly PageComparison[] {
  return sources.flatMap((left, index) =>
    sources.slice(index + 1).flatMap((right) => {
      const names = new Set([left, right].flatMap(({ rankings }) => [...rankings.keys()].slice(0, 1)));
      return [...names].flatMap((name) => comparison(left, right, name) ?? []);
    }),
  );
}

function comparison(left: PageSource, right: PageSource, name: string): PageComparison | null {
  const selections = [left, right].map(({ rankings }) => {
    const ranked = rankings.get(name);
    return ranked === undefined ? null : new Map(ranked.map((one) => [one.instanceId, one.selected]));
  });
  const [mine, theirs] = selections;
  if (mine === null || mine === undefined || theirs === null || theirs === undefined) return null;
  const shared = [...mine.keys()].filter((id) => theirs.has(id)).sort(compareNatural);
  if (shared.length === 0) return null;
  const [first, second] = [choices(left, name), choices(right, name)];
  const pairs = shared.flatMap((instanceId) => {
    const [one, other] = [first.get(instanceId), second.get(instanceId)];
    return one === undefined || other === undefined
      ? []
      : [{ instanceId, first: outcomeOf(one), second: outcomeOf(other) }];
  });
  const paired = pairs.length === 0 ? null : comparePairs(pairs, { seed: SEED, draws: BOOTSTRAP_DRAWS });
  const unlike = new Set(
    paired === null
      ? shared.filter((id) => mine.get(id) !== theirs.get(id))
      : pairs
          .filter(
            (pair) => pair.first.expected !== pair.second.expected || pair.first.selected !== pair.second.selected,
          )
          .map(({ instanceId }) => instanceId),
  );
  return {
    left: left.id,
    right: right.id,
    aggregator: name,
    instances: pairs.length,
    win: paired?.wins ?? 0,
    tie: paired?.ties ?? 0,
    loss: paired?.losses ?? 0,
    p: paired === null || paired.wins + paired.losses === 0 ? null : paired.p,
    difference: paired?.difference ?? null,
    differing: shared
      .filter((id) => unlike.has(id))
      .map((instanceId) => ({ instanceId, left: mine.get(instanceId) ?? null, right: theirs.get(instanceId) ?? null })),
  };
}

function choices(source: PageSource, name: string): ReadonlyMap<string, Choice> {
  const aggregator = storedAggregator(name, source.rankings.get(name) ?? []);
  return new Map(choicesOf(poolsWithLabels(source), aggregator).map((choice) => [choice.instanceId, choice]));
}

function outcomeOf(choice: Choice): { readonly expected: number; readonly selected: boolean } {
  return { expected: expectedOf(choice), selected: choice.selectedResolved };
}
