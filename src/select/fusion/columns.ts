// The signals that a fusion weighs, as columns of figures of a rollout among those it is drawn with; never who made it.
import type { Signal, SignalName } from "../../core/signal.js";
import { LIKENESSES, type LikenessName, type Prepared } from "./prepared.js";

/** What a column tells of; taken away together when a fit asks what a signal is worth. */
export const SIGNAL_GROUPS = [
  "reward",
  "regression",
  "reproduction",
  "agreement",
  "tokens",
  "files",
  "behaviour",
  "size",
  "dropped",
] as const;

export type SignalGroup = (typeof SIGNAL_GROUPS)[number];

/** A figure of each rollout drawn, in the order of `drawn`; NaN where it is not known. Relative to the others drawn. */
export interface Column {
  readonly name: string;
  readonly group: SignalGroup;
  /** `out` holds as many numbers as `drawn`. Pure; renaming rollouts or instances changes nothing. */
  fill(prepared: Prepared, drawn: readonly number[], out: Float64Array): void;
}

export const COLUMNS: readonly Column[] = [
  ...signalColumns("reward", (value) => value),
  // One new failure is much, and the hundredth little more than the ninetieth.
  ...signalColumns("regression", (value) => -Math.log1p(Math.max(0, -value))),
  ...testColumns(),
  ...LIKENESSES.flatMap(likenessColumns),
  ...sizeColumns(),
  ...droppedColumns(),
];

function signalColumns(name: SignalName, scale: (value: number) => number): readonly Column[] {
  const figure = (signal: Signal): number => (signal.status === "ok" ? scale(signal.value) : Number.NaN);
  const own: Fill = ({ pool }, drawn, out) => {
    for (let i = 0; i < drawn.length; i++)
      out[i] = figure((pool[drawn[i] as number] as Prepared["pool"][0]).signals[name]);
  };
  return [
    { name, group: name, fill: centred(own) },
    { name: `${name} rank`, group: name, fill: ranked(own) },
    { name: `${name} known`, group: name, fill: known(own) },
  ];
}

type Fill = Column["fill"];

/** Less the mean of those drawn of which it is known. */
export function centred(fill: Fill): Fill {
  return (prepared, drawn, out) => {
    fill(prepared, drawn, out);
    let [sum, count] = [0, 0];
    for (const value of out) {
      if (Number.isNaN(value)) continue;
      sum += value;
      count += 1;
    }
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) - sum / count;
  };
}

/** Share of the others that it is above, ties half, less a half: in [−½, ½]. */
export function ranked(fill: Fill): Fill {
  return (prepared, drawn, out) => {
    fill(prepared, drawn, out);
    const values = Float64Array.from(out);
    for (let i = 0; i < out.length; i++) {
      let [above, others] = [0, 0];
      const own = values[i] as number;
      for (let j = 0; j < values.length; j++) {
        const other = values[j] as number;
        if (j === i || Number.isNaN(other)) continue;
        others += 1;
        above += other < own ? 1 : other === own ? 0.5 : 0;
      }
      out[i] = Number.isNaN(own) ? Number.NaN : others === 0 ? 0 : above / others - 0.5;
    }
  };
}

/** Whether it is known, where it is of others: what is missing is a figure of its own, and stands for no value. */
function known(fill: Fill): Fill {
  return centred((prepared, drawn, out) => {
    fill(prepared, drawn, out);
    for (let i = 0; i < out.length; i++) out[i] = Number.isNaN(out[i]) ? 0 : 1;
  });
}

function testColumns(): readonly Column[] {
  const shares = (from: (a: readonly number[]) => number, onBase: (test: Prepared["tests"][0]) => boolean): Fill => {
    return ({ tests }, drawn, out) => {
      for (let i = 0; i < drawn.length; i++) {
        const bySource = new Map<string, [passed: number, of: number]>();
        for (const test of tests) {
          if (!onBase(test)) continue;
          const outcome = test.passed[drawn[i] as number] as number;
          if (outcome < 0) continue;
          const sums = bySource.get(test.source) ?? [0, 0];
          sums[0] += outcome;
          sums[1] += 1;
          bySource.set(test.source, sums);
        }
        out[i] = bySource.size === 0 ? Number.NaN : from([...bySource.values()].map(([passed, of]) => passed / of));
      }
    };
  };
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const least = (values: readonly number[]) => Math.min(...values);
  const failing = shares(mean, ({ failsOnBase }) => failsOnBase);
  const passing = shares(mean, ({ passesOnBase }) => passesOnBase);
  const total: Fill = ({ pool }, drawn, out) => {
    for (let i = 0; i < drawn.length; i++) {
      const { reproduction } = (pool[drawn[i] as number] as Prepared["pool"][0]).signals;
      out[i] = reproduction.status === "ok" ? reproduction.value : Number.NaN;
    }
  };
  return [
    { name: "reproduction", group: "reproduction", fill: ranked(total) },
    { name: "reproduction known", group: "reproduction", fill: known(total) },
    { name: "share of tests that fail on base", group: "reproduction", fill: centred(failing) },
    { name: "rank by tests that fail on base", group: "reproduction", fill: ranked(failing) },
    {
      name: "least share by source",
      group: "reproduction",
      fill: centred(shares(least, ({ failsOnBase }) => failsOnBase)),
    },
    { name: "share of tests that pass on base", group: "reproduction", fill: centred(passing) },
    { name: "agreement", group: "agreement", fill: centred(agreement) },
    { name: "agreement rank", group: "agreement", fill: ranked(agreement) },
    { name: "outcomes known", group: "agreement", fill: known(agreement) },
    { name: "same outcomes", group: "behaviour", fill: centred(sameOutcomes) },
  ];
}

/** Mean over the tests that split the pool of the share of others with the same outcome. */
function agreement({ tests }: Prepared, drawn: readonly number[], out: Float64Array): void {
  const sums = new Float64Array(drawn.length);
  const counts = new Float64Array(drawn.length);
  for (const { passed } of tests) {
    let [passes, fails] = [0, 0];
    for (const place of drawn) {
      if (passed[place] === 1) passes += 1;
      else if (passed[place] === 0) fails += 1;
    }
    if (passes === 0 || fails === 0) continue;
    for (let i = 0; i < drawn.length; i++) {
      const outcome = passed[drawn[i] as number] as number;
      if (outcome < 0) continue;
      sums[i] = (sums[i] as number) + ((outcome === 1 ? passes : fails) - 1) / (passes + fails - 1);
      counts[i] = (counts[i] as number) + 1;
    }
  }
  for (let i = 0; i < drawn.length; i++) out[i] = (sums[i] as number) / (counts[i] as number);
}

/** Share of the others that every test that both ran treats alike. */
function sameOutcomes({ tests }: Prepared, drawn: readonly number[], out: Float64Array): void {
  for (let i = 0; i < drawn.length; i++) {
    let [same, others] = [0, 0];
    for (let j = 0; j < drawn.length; j++) {
      if (i === j) continue;
      let [shared, differ] = [0, 0];
      for (const { passed } of tests) {
        const [mine, theirs] = [passed[drawn[i] as number] as number, passed[drawn[j] as number] as number];
        if (mine < 0 || theirs < 0) continue;
        shared += 1;
        differ += mine === theirs ? 0 : 1;
      }
      if (shared === 0) continue;
      others += 1;
      same += differ === 0 ? 1 : 0;
    }
    out[i] = same / others;
  }
}

function likenessColumns(name: LikenessName): readonly Column[] {
  const group: SignalGroup = name === "files" || name === "places" ? "files" : "tokens";
  const mean = likeness(name, (values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  const nearest = likeness(name, (values) => Math.max(...values));
  return [
    { name: `likeness by ${name}`, group, fill: centred(mean) },
    { name: `rank of likeness by ${name}`, group, fill: ranked(mean) },
    { name: `nearest by ${name}`, group, fill: centred(nearest) },
  ];
}

function likeness(name: LikenessName, of: (values: readonly number[]) => number): Fill {
  return ({ likeness, pool }, drawn, out) => {
    const values: number[] = [];
    for (let i = 0; i < drawn.length; i++) {
      values.length = 0;
      for (const other of drawn) {
        const value = likeness[name][(drawn[i] as number) * pool.length + other] as number;
        if (!Number.isNaN(value)) values.push(value);
      }
      // Sorted, so that rounding of the sum never depends on the order of the pool.
      out[i] = values.length === 0 ? Number.NaN : of(values.sort((a, b) => a - b));
    }
  };
}

function sizeColumns(): readonly Column[] {
  const size = (of: (features: NonNullable<Prepared["pool"][0]["features"]>) => number): Fill => {
    return ({ pool }, drawn, out) => {
      for (let i = 0; i < drawn.length; i++) {
        const { features } = pool[drawn[i] as number] as Prepared["pool"][0];
        out[i] = features === null ? Number.NaN : of(features);
      }
    };
  };
  const added = size(({ addedLines }) => Math.log1p(addedLines));
  return [
    { name: "lines added", group: "size", fill: centred(added) },
    { name: "distance from the usual size", group: "size", fill: centred(distance(added)) },
    { name: "lines removed", group: "size", fill: centred(size(({ removedLines }) => Math.log1p(removedLines))) },
    { name: "source files", group: "size", fill: centred(size(({ files }) => Math.log1p(files.source))) },
  ];
}

/** From the median of those drawn. */
function distance(fill: Fill): Fill {
  return (prepared, drawn, out) => {
    fill(prepared, drawn, out);
    const sorted = [...out].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
    const middle = ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
    for (let i = 0; i < out.length; i++) out[i] = Math.abs((out[i] as number) - middle);
  };
}

function droppedColumns(): readonly Column[] {
  const has = (of: readonly ("test" | "reproduction" | "test-configuration" | "generated" | "binary")[]): Fill => {
    return ({ pool }, drawn, out) => {
      for (let i = 0; i < drawn.length; i++) {
        const { features } = pool[drawn[i] as number] as Prepared["pool"][0];
        out[i] = features === null ? Number.NaN : Number(of.some((kind) => features.files[kind] > 0));
      }
    };
  };
  return [
    { name: "tests dropped", group: "dropped", fill: centred(has(["test"])) },
    {
      name: "other files dropped",
      group: "dropped",
      fill: centred(has(["reproduction", "test-configuration", "generated", "binary"])),
    },
  ];
}
