// What a fusion's weights make of a draw: a score of each rollout, and from it the log odds of being right.
import { COLUMNS, fillCentred } from "./columns.js";
import { LEVELS } from "./levels.js";
import type { FusionPart } from "./model.js";
import type { Prepared } from "./prepared.js";

/** Ready to score many draws: only the columns that have a weight. */
export interface Scorer {
  /** Sum of weight · figure, by place in `drawn`; rounded to nine decimals, so that what is equal is a tie. */
  scores(prepared: Prepared, drawn: readonly number[]): Float64Array;
  /** Log odds of being right, from scores of the same draw. */
  logOdds(prepared: Prepared, drawn: readonly number[], scores: Float64Array): Float64Array;
}

export function scorerOf({ score, level, slope, intercept }: FusionPart): Scorer {
  const columns = COLUMNS.flatMap((column) => {
    const weight = score[column.name] ?? 0;
    return weight === 0 ? [] : [{ column, weight }];
  });
  const levels = LEVELS.flatMap((one) => {
    const weight = level[one.name] ?? 0;
    return weight === 0 ? [] : [{ one, weight }];
  });
  return {
    scores(prepared, drawn) {
      const sums = new Float64Array(drawn.length);
      const figures = new Float64Array(drawn.length);
      for (const { column, weight } of columns) {
        fillCentred(column, prepared, drawn, figures);
        for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + weight * (figures[i] as number);
      }
      return sums.map(tidy);
    },
    logOdds(prepared, drawn, scores) {
      let shared = intercept;
      for (const { one, weight } of levels) {
        const figure = one.of(prepared, drawn);
        if (!Number.isNaN(figure)) shared += weight * figure;
      }
      return scores.map((own) => tidy(shared + slope * own));
    },
  };
}

export function probabilityOf(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

function tidy(value: number): number {
  return Math.round(value * 1e9) / 1e9 + 0;
}
