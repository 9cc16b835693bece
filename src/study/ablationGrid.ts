// What an ablation compares, read from a file: a base row, rows that change it, and products of settings, all checked by name.
import { cross } from "d3-array";
import { z } from "zod";
import { BestkError } from "../core/errors.js";
import { didYouMean } from "../core/nearest.js";
import { SIGNAL_NAMES } from "../core/signal.js";

/** Keys that a row may name, in the order in which they are compared. */
export const KEY_NAMES = [...SIGNAL_NAMES, "votes", "likeness", "size"] as const;

const keyName = z.enum(KEY_NAMES);

const shortlistSize = z.union([z.number().int().positive(), z.enum(["notebook", "half", "none"])], {
  error: "expected a number of places, notebook, half or none",
});

const testCount = z.union([z.number().int().nonnegative(), z.literal("all")], {
  error: "expected a number of tests, or all",
});

const rewardNames = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
  error: "expected a name under rewards, or several",
});

const settingsSchema = z.strictObject({
  /** A registered name. Those of R2E-Gym can be changed by the three settings below. */
  aggregator: z.string().min(1).optional(),
  keys: z.array(keyName).min(1).optional(),
  /** Places by reward: a number, `notebook` max(3, ⌊K/2⌋), `half` ⌊K/2⌋, `none`. */
  shortlist: shortlistSize.optional(),
  ties: z.enum(["declared", "first"]).optional(),
  /** Signals taken away. */
  drop: z.array(z.enum(SIGNAL_NAMES)).optional(),
  /** Generators whose tests count. */
  sources: z.array(z.string().min(1)).min(1).optional(),
  /** Number of generated tests that count, drawn at random. */
  tests: testCount.optional(),
  /** Names under `rewards`: one replaces the reward, of several the mean does (samples, templates). */
  reward: rewardNames.optional(),
});

const named = { name: z.string().min(1).optional(), published: z.number().optional() };

export const gridSchema = z.strictObject({
  /** Rollouts to choose from; absent: all that an instance has. */
  k: z.number().int().positive().optional(),
  base: z.strictObject({ ...settingsSchema.shape, ...named }),
  rows: z.array(z.strictObject({ ...settingsSchema.shape, ...named })).default([]),
  /** Setting → values: every combination is a row. */
  grid: z
    .strictObject({
      aggregator: z.array(z.string().min(1)).min(1).optional(),
      keys: z.array(z.array(keyName).min(1)).min(1).optional(),
      shortlist: z.array(shortlistSize).min(1).optional(),
      ties: z
        .array(z.enum(["declared", "first"]))
        .min(1)
        .optional(),
      drop: z
        .array(z.array(z.enum(SIGNAL_NAMES)))
        .min(1)
        .optional(),
      sources: z
        .array(z.array(z.string().min(1)).min(1))
        .min(1)
        .optional(),
      tests: z.array(testCount).min(1).optional(),
      reward: z.array(rewardNames).min(1).optional(),
    })
    .optional(),
  /** Name → file of `bestk score --json` lines (or evidence), relative to the grid. */
  rewards: z.record(z.string().min(1), z.string().min(1)).default({}),
  /** Draws of tests, where fewer than all count. */
  testDraws: z.number().int().positive().default(25),
});

export type Settings = z.infer<typeof settingsSchema>;

export interface GridRow {
  readonly name: string;
  /** The base's settings with this row's put over them. */
  readonly settings: Settings;
  /** A published figure in per cent, to stand beside ours. */
  readonly published: number | null;
}

export interface Grid {
  readonly k: number | null;
  /** The first row is the base, against which the others are tested. Names are distinct. */
  readonly rows: readonly GridRow[];
  readonly rewards: Readonly<Record<string, string>>;
  readonly testDraws: number;
}

/** `value` is the parsed file, `file` its name for messages. Throws BestkError `configuration`. */
export function parseGrid(value: unknown, file: string): Grid {
  const parsed = gridSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) throw invalid(parsed.error.issues[0] as z.core.$ZodIssue, file);
  const { base, rows, grid, k = null, rewards, testDraws } = parsed.data;
  const { name = "base", published = null, ...shared } = base;
  const listed = rows.map(({ name: own, published: figure = null, ...settings }): GridRow => {
    return { name: own ?? describe(settings), settings: over(shared, settings), published: figure };
  });
  const products = productsOf(grid ?? {}).map(
    (settings): GridRow => ({ name: describe(settings), settings: over(shared, settings), published: null }),
  );
  const all = [{ name, settings: shared, published }, ...listed, ...products];
  if (all.length < 2) {
    throw new BestkError("configuration", `${file}: nothing to compare the base with`, { hint: "add rows or a grid" });
  }
  const twice = all.find((row, index) => all.findIndex((other) => other.name === row.name) !== index);
  if (twice !== undefined) {
    throw new BestkError("configuration", `${file}: two rows are named "${twice.name}"`, { hint: "give each a name" });
  }
  return { k, rows: all, rewards, testDraws };
}

/** An aggregator of its own takes nothing from the base's; what is done to the evidence stays. */
function over(base: Settings, own: Settings): Settings {
  const { aggregator: _a, keys: _k, shortlist: _s, ties: _t, ...data } = base;
  return own.aggregator === undefined ? { ...base, ...own } : { ...data, ...own };
}

/** Every combination, the last setting changing fastest. */
function productsOf(grid: Readonly<Record<string, readonly unknown[] | undefined>>): readonly Settings[] {
  const axes = Object.entries(grid).flatMap(([setting, values]) =>
    values === undefined ? [] : [values.map((value) => ({ [setting]: value }))],
  );
  if (axes.length === 0) return [];
  return axes.reduce<Settings[]>((rows, axis) => cross(rows, axis, (row, value) => ({ ...row, ...value })), [{}]);
}

/** "without reproduction", "tests 4, shortlist none" */
function describe(settings: Settings): string {
  const parts = Object.entries(settings).map(([setting, value]) => {
    const text = Array.isArray(value) ? value.join(" + ") : String(value);
    if (setting === "drop") return text === "" ? "nothing dropped" : `without ${text}`;
    return setting === "aggregator" ? text : `${setting} ${text}`;
  });
  return parts.length === 0 ? "unchanged" : parts.join(", ");
}

function invalid(issue: z.core.$ZodIssue, file: string): BestkError {
  const path = z.core.toDotPath(issue.path);
  const where = path === "" ? file : `${file}: ${path}`;
  if (issue.code === "unrecognized_keys") {
    const [word = ""] = issue.keys;
    const known = path === "" ? Object.keys(gridSchema.shape) : Object.keys({ ...settingsSchema.shape, ...named });
    return new BestkError("configuration", `${where}: unknown setting "${word}"`, { hint: didYouMean(word, known) });
  }
  const wrong = issue.code === "invalid_value" ? String(issue.input) : null;
  return new BestkError("configuration", `${where}: ${wrong === null ? "" : `"${wrong}": `}${issue.message}`, {
    hint:
      wrong !== null && issue.code === "invalid_value"
        ? didYouMean(wrong, issue.values.map(String))
        : "an ablation has a base, and rows or a grid of aggregator, keys, shortlist, ties, drop, sources, tests, reward",
  });
}
