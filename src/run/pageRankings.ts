// Which rankings a page shows: those that the run wrote, or, where its evidence has moved on, the same made again in memory.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { BestkError } from "../core/errors.js";
import type { Evidence, InstanceRanking } from "../core/schemas.js";
import { poolsOf, rankInstances } from "../select/rankInstances.js";
import { AGGREGATORS } from "../select/registry.js";
import { openAggregator } from "./aggregators.js";
import { jsonLines } from "./pageLines.js";
import { rankingFile } from "./ranking.js";

const rankingLineSchema = z.object({
  instanceId: z.string(),
  ranking: z.array(z.array(z.string())),
  selected: z.string().nullable(),
  tie: z.boolean(),
  why: z.string(),
});

type Rankings = ReadonlyMap<string, readonly InstanceRanking[]>;

/** By aggregator, `chosen` first, then in the registry's order, then others by name. A stale one of an unknown aggregator is left out. */
export async function storedRankings(path: string, evidence: readonly Evidence[], chosen: string): Promise<Rankings> {
  const registered = Object.keys(AGGREGATORS);
  const stems = (await readdir(path).catch(() => []))
    .flatMap((name) => /^ranking\.(.+)\.jsonl$/.exec(name)?.[1] ?? [])
    .sort();
  const known = [chosen, ...registered];
  const foreign = stems.filter((stem) => !known.some((name) => rankingFile({ name }) === `ranking.${stem}.jsonl`));
  const isFresh = freshness(evidence);
  const rankings = new Map<string, readonly InstanceRanking[]>();
  for (const name of new Set([...known, ...foreign])) {
    const stored = await readRanking(join(path, rankingFile({ name })));
    const ranking = isFresh(stored) ? stored : memoryRanking(evidence, name);
    if (ranking !== null) rankings.set(name, ranking);
  }
  return rankings;
}

/** Of evidence alone. */
export function memoryRankings(evidence: readonly Evidence[], chosen: string): Rankings {
  const names = new Set([chosen, ...Object.keys(AGGREGATORS)]);
  return new Map(
    [...names].flatMap((name) => {
      const ranking = memoryRanking(evidence, name);
      return ranking === null ? [] : [[name, ranking] as const];
    }),
  );
}

function memoryRanking(evidence: readonly Evidence[], name: string): readonly InstanceRanking[] | null {
  try {
    return rankInstances(evidence, openAggregator(name)).instances;
  } catch (thrown) {
    // A fusion whose folder is gone since.
    if (thrown instanceof BestkError && thrown.code !== "bug") return null;
    throw thrown;
  }
}

async function readRanking(path: string): Promise<readonly InstanceRanking[]> {
  const rankings: InstanceRanking[] = [];
  for await (const { value } of jsonLines(path)) {
    const line = rankingLineSchema.safeParse(value);
    if (line.success) rankings.push(line.data);
  }
  return rankings;
}

/** Whether a ranking is of exactly these rollouts. */
function freshness(evidence: readonly Evidence[]): (rankings: readonly InstanceRanking[]) => boolean {
  const idsOf = (ids: readonly string[]): string => JSON.stringify(ids.toSorted());
  const wanted = new Map(
    poolsOf(evidence).map(({ instanceId, pool }) => [instanceId, idsOf(pool.map(({ rolloutId }) => rolloutId))]),
  );
  return (rankings) =>
    rankings.length === wanted.size &&
    rankings.every(({ instanceId, ranking }) => wanted.get(instanceId) === idsOf(ranking.flat()));
}
