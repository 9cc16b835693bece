// What a fusion is fitted on: each instance's rollouts as rows of figures, with labels beside them and never among them.
import type { Evidence } from "../../core/schemas.js";
import type { Labels } from "../../core/types.js";
import { COLUMNS, fillCentred } from "../../select/fusion/columns.js";
import { LEVELS } from "../../select/fusion/levels.js";
import { type Prepared, prepare } from "../../select/fusion/prepared.js";
import { contentMarks } from "../../select/fusion/seen.js";
import { poolsOf } from "../../select/rankInstances.js";
import { repositoryOf } from "../bootstrap.js";

export const COLUMN_COUNT = COLUMNS.length;

/** One instance of one piece of evidence. */
export interface Example {
  readonly instanceId: string;
  readonly repository: string;
  readonly pool: readonly Evidence[];
  readonly prepared: Prepared;
  /** Places in the pool that can win and have a label. */
  readonly places: readonly number[];
  readonly rolloutIds: readonly string[];
  /** By place: 1 right, 0 wrong. */
  readonly y: readonly number[];
  /** `places` × columns, row by row, each less the mean of those drawn; 0 where a figure isn't known. */
  readonly x: Float64Array;
  /** Levels of the pool; 0 where one isn't known. */
  readonly levels: Float64Array;
  /** What it is known by whatever its names are; "" for nothing. */
  readonly content: string;
}

/** In natural order of instances. Instances without a labelled rollout that can win are left out. */
export function examplesOf(
  evidence: readonly Evidence[],
  labels: Labels,
  keep: (evidence: Evidence) => boolean = () => true,
): readonly Example[] {
  return poolsOf(evidence.filter(keep)).flatMap(({ instanceId, pool }) => {
    const known = pool.map(({ rolloutId }) => labels.get(instanceId)?.get(rolloutId) ?? null);
    const prepared = prepare(pool);
    const able = pool.map((_, place) => place).filter((place) => prepared.tier[place] === 0);
    const places = able.filter((place) => known[place] !== null);
    if (places.length === 0) return [];
    return [
      {
        instanceId,
        repository: repositoryOf(instanceId),
        pool,
        prepared,
        places,
        rolloutIds: places.map((place) => (pool[place] as Evidence).rolloutId),
        y: places.map((place) => Number(known[place])),
        x: rowsOf(prepared, able, places),
        levels: Float64Array.from(LEVELS, (level) => known0(level.of(prepared, able))),
        content: contentMarks(pool).join(),
      },
    ];
  });
}

/** An order can be learnt from it. */
export function isMixed({ y }: Pick<Example, "y">): boolean {
  return y.includes(0) && y.includes(1);
}

/** What isn't known stands for the mean of those of which it is, so that it makes no difference; so a score counts it too. */
function rowsOf(prepared: Prepared, able: readonly number[], places: readonly number[]): Float64Array {
  const rows = new Float64Array(places.length * COLUMN_COUNT);
  const figures = new Float64Array(able.length);
  const at = places.map((place) => able.indexOf(place));
  COLUMNS.forEach((column, j) => {
    fillCentred(column, prepared, able, figures);
    at.forEach((index, i) => {
      rows[i * COLUMN_COUNT + j] = figures[index] as number;
    });
  });
  return rows;
}

function known0(figure: number): number {
  return Number.isNaN(figure) ? 0 : figure;
}
