// Which machine of several does which instances: each image on one of them, each with about as much to do, the same everywhere.
import { group, sum } from "d3-array";
import { BestkError } from "../core/errors.js";
import { compareCodeUnits } from "../core/order.js";
import type { Plan } from "./plan.js";

/** The `index`-th of `count` machines, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** An instance, what it needs on its machine, and how much work it is. */
export interface ShardedInstance {
  readonly instanceId: string;
  readonly image: string;
  readonly work: number;
}

/** `3/64`. Throws BestkError `usage`. */
export function parseShard(text: string): Shard {
  const [, index = "", count = ""] = /^(\d+)\/(\d+)$/.exec(text.trim()) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (index === "" || shard.index < 1 || shard.index > shard.count) {
    throw new BestkError("usage", `--shard ${text}: expected which of how many, such as 3/64`);
  }
  return shard;
}

/**
 * The machine of each instance, from 1. Images go in order of their work, the most first, each to the machine that has
 * the least so far (Graham 1969: at most 4/3 of the best possible). Depends on the instances alone, in any order.
 */
export function shardsOf(instances: readonly ShardedInstance[], count: number): ReadonlyMap<string, number> {
  const images = [...group(instances, ({ image }) => image)]
    .map(([image, members]) => ({ image, members, work: sum(members, ({ work }) => work) }))
    .sort((a, b) => b.work - a.work || compareCodeUnits(a.image, b.image));
  const loads = new Float64Array(count);
  const shards = new Map<string, number>();
  for (const { members, work } of images) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least] = (loads[least] as number) + work;
    for (const { instanceId } of members) shards.set(instanceId, least + 1);
  }
  return shards;
}

/** A plan reduced to a machine's share. An image that is made is made where its instance runs. */
export function shardOf(plan: Plan, shard: Shard | undefined): Plan {
  if (shard === undefined) return plan;
  const shards = shardsOf(
    plan.instances.map(({ task: { instanceId, environment }, candidates }) => ({
      instanceId,
      image: environment.image ?? instanceId,
      work: candidates.length,
    })),
    shard.count,
  );
  return { ...plan, instances: plan.instances.filter(({ task }) => shards.get(task.instanceId) === shard.index) };
}
