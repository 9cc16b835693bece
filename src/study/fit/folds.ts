// Who is left out together when a fusion is cross-fitted: the same folds for the same content, whatever it is called.
import { leastIndex } from "d3-array";
import { contentHash } from "../../core/hash.js";
import { compareCodeUnits } from "../../core/order.js";
import { randomStream, shuffleStart } from "../../core/random.js";
import { type Example, isMixed } from "./examples.js";

export type UnitOf = (example: Example) => string;

export const byInstance: UnitOf = ({ instanceId }) => instanceId;

export const byRepository: UnitOf = ({ repository }) => repository;

/** Fold of each example, from 0: units whole, drawn with a seed, those from which an order can be learnt spread evenly. */
export function foldsOf(examples: readonly Example[], unitOf: UnitOf, count: number, seed: number): readonly number[] {
  const units = new Map<string, Example[]>();
  for (const example of examples) {
    const unit = unitOf(example);
    units.set(unit, [...(units.get(unit) ?? []), example]);
  }
  const known = [...units].map(([unit, members]) => ({
    unit,
    // Names only where nothing else tells two units apart.
    content: contentHash(members.map(({ content, y }) => [content, [...y].sort()]).sort()),
    useful: members.filter(isMixed).length,
    members: members.length,
  }));
  const sorted = known.sort((a, b) => compareCodeUnits(a.content, b.content) || compareCodeUnits(a.unit, b.unit));
  shuffleStart(sorted, sorted.length, randomStream(seed, "folds"));
  const loads = Array.from({ length: count }, () => ({ useful: 0, members: 0 }));
  const foldOf = new Map<string, number>();
  // Largest first, each to the fold that has least: repositories differ a hundredfold.
  for (const { unit, useful, members } of sorted.sort((a, b) => b.useful - a.useful || b.members - a.members)) {
    const best = leastIndex(loads, (x, y) => x.useful - y.useful || x.members - y.members) as number;
    const load = loads[best] as (typeof loads)[number];
    load.useful += useful;
    load.members += members;
    foldOf.set(unit, best);
  }
  return examples.map((example) => foldOf.get(unitOf(example)) as number);
}
