// The signals that a fusion weighs, as columns of figures of a rollout among those it is drawn with; never who made it.
import type { Evidence } from "../../core/schemas.js";
import type { Prepared } from "./prepared.js";

/** What a column tells of; taken away together when a fit asks what a signal is worth. */
export const SIGNAL_GROUPS = ["reward", "regression", "reproduction", "behaviour", "likeness", "coverage"] as const;

export type SignalGroup = (typeof SIGNAL_GROUPS)[number];

/**
 * A figure of each rollout drawn, in the order of `drawn`; NaN where it is not known. More is better in every column: a fit
 * gives no weight a sign against its meaning. Only differences within a draw count, so that a column may have any level.
 */
export interface Column {
  readonly name: string;
  readonly group: SignalGroup;
  /** `out` holds as many numbers as `drawn`. Pure; renaming rollouts or instances changes nothing. */
  fill(prepared: Prepared, drawn: readonly number[], out: Float64Array): void;
}

export const COLUMNS: readonly Column[] = [
  own("reward", "reward", ({ signals: { reward } }) => (reward.status === "ok" ? reward.value : Number.NaN)),
  // One new failure is much, and the hundredth little more than the ninetieth.
  own("regression", "regression", ({ signals: { regression } }) =>
    regression.status === "ok" ? -Math.log1p(Math.max(0, -regression.value)) : Number.NaN,
  ),
  { name: "reproduction", group: "reproduction", fill: reproduction },
  { name: "behaviour", group: "behaviour", fill: behaviour },
  pairs("likeness", "likeness", ({ likeness }) => likeness),
  pairs("places covered", "coverage", ({ placesCovered }) => placesCovered),
  pairs("code covered", "coverage", ({ codeCovered }) => codeCovered),
];

/**
 * The column less the mean of those drawn of which it is known, and 0 where it isn't: no value then speaks for or against a
 * rollout.
 */
export function fillCentred(column: Column, prepared: Prepared, drawn: readonly number[], out: Float64Array): void {
  column.fill(prepared, drawn, out);
  // Sorted, so that rounding of the sum depends neither on the order of the pool nor on names.
  const known = out.filter((figure) => !Number.isNaN(figure)).sort();
  const mean = known.reduce((sum, figure) => sum + figure, 0) / known.length;
  for (let i = 0; i < out.length; i++) out[i] = Number.isNaN(out[i]) ? 0 : (out[i] as number) - mean;
}

/** A figure that doesn't depend on who else is drawn. */
function own(name: string, group: SignalGroup, of: (evidence: Evidence) => number): Column {
  return {
    name,
    group,
    fill({ pool }, drawn, out) {
      drawn.forEach((place, i) => {
        out[i] = of(pool[place] as Evidence);
      });
    },
  };
}

/** Share of the tests that fail on base; where single outcomes aren't known, of the most that anybody drawn passes. */
function reproduction({ pool, reproduced }: Prepared, drawn: readonly number[], out: Float64Array): void {
  const sums = drawn.map((place) => {
    const signal = (pool[place] as Evidence).signals.reproduction;
    return signal.status === "ok" ? signal.value : Number.NaN;
  });
  const isKnown = drawn.some((place) => !Number.isNaN(reproduced[place] as number));
  const most = Math.max(1, ...sums.filter((sum) => !Number.isNaN(sum)));
  drawn.forEach((place, i) => {
    out[i] = isKnown ? (reproduced[place] as number) : (sums[i] as number) / most;
  });
}

/**
 * √(share of those with known outcomes that behave alike) · share of tests passed: CodeT's score (arXiv 2207.10397, section
 * 3.2) for any number of rollouts and tests. Who has no outcomes is in no class: having none would be a name.
 */
function behaviour({ behaviour: classes, passed }: Prepared, drawn: readonly number[], out: Float64Array): void {
  const known = drawn.filter((place) => !Number.isNaN(passed[place]));
  const sizes = new Map<number, number>();
  for (const place of known) sizes.set(classes[place] as number, (sizes.get(classes[place] as number) ?? 0) + 1);
  drawn.forEach((place, i) => {
    const own = classes[place] as number;
    const size = own < 0 ? 1 : (sizes.get(own) ?? 1);
    out[i] = Math.sqrt(size / known.length) * (passed[place] as number);
  });
}

/** Mean of a figure of pairs over the others drawn: of `likeness` it is what `consensus` ranks by. */
function pairs(name: string, group: SignalGroup, of: (prepared: Prepared) => Float64Array): Column {
  return {
    name,
    group,
    fill(prepared, drawn, out) {
      const figures = of(prepared);
      const n = prepared.pool.length;
      drawn.forEach((place, i) => {
        const values: number[] = [];
        for (const other of drawn) {
          const value = figures[place * n + other] as number;
          if (!Number.isNaN(value)) values.push(value);
        }
        // Sorted, so that rounding of the sum never depends on the order of the pool.
        out[i] = values.sort((a, b) => a - b).reduce((sum, value) => sum + value, 0) / values.length;
      });
    },
  };
}
