// A learned listwise fusion: many signals, each relative to the instance's other rollouts, weighed by what was right elsewhere.
import type { Evidence, InstanceRanking } from "../core/schemas.js";
import { SIGNAL_NAMES, type Signal, unavailable } from "../core/signal.js";
import type { Aggregator } from "./aggregator.js";
import { COLUMNS, fillCentred } from "./fusion/columns.js";
import type { Fusion, FusionPart } from "./fusion/model.js";
import { type Prepared, prepare } from "./fusion/prepared.js";
import { probabilityOf, scorerOf } from "./fusion/score.js";
import { partFor } from "./fusion/seen.js";
import { compareSignals, type Key, lastOf } from "./key.js";
import { lexicographic } from "./lexicographic.js";

export interface FusionOptions {
  /** Name of the aggregator; default: the fusion's. */
  readonly name?: string;
  /** In place of the fusion's own threshold. */
  readonly abstainBelow?: number;
}

/**
 * Ranks by the probability of being right. What speaks against a patch (`patch-failed`, a time-out where others had none …)
 * ranks it behind all others, as in a lexicographic key. An instance that the fusion was fitted on is ranked by weights that
 * were fitted without it. Names of instances and rollouts are no signal.
 */
export function fusion(model: Fusion, options: FusionOptions = {}): Aggregator {
  const { name = model.name, abstainBelow = model.abstainBelow } = options;
  const order = lexicographic({ name, keys: [keyOf(model)] });
  const { draws, decision } = order;
  return {
    name,
    knows: (pool) => partFor(model, pool).isSeen,
    rank: (pool) => withAccount(order.rank(pool), pool, model, abstainBelow),
    ...(draws === undefined ? {} : { draws }),
    ...(decision === undefined ? {} : { decision }),
  };
}

const KEY = "probability of being right";

function keyOf(model: Fusion): Key {
  const prepareKey = (pool: readonly Evidence[]) => {
    const prepared = prepare(pool);
    const { part } = partFor(model, pool);
    const scorer = scorerOf(part);
    const placeOf = new Map(pool.map((evidence, place) => [evidence, place]));
    const read = lastOf((drawn) => {
      const places = drawn.map((evidence) => placeOf.get(evidence) as number);
      const able = places.filter((place) => prepared.tier[place] === 0);
      const odds = scorer.logOdds(prepared, able, scorer.scores(prepared, able));
      return new Map(able.map((place, index) => [place, odds[index] as number]));
    });
    return (evidence: Evidence, drawn: readonly Evidence[]): Signal => {
      const place = placeOf.get(evidence) as number;
      const value = read(drawn).get(place);
      return value === undefined ? reasonOf(evidence, prepared, place) : { status: "ok", value };
    };
  };
  return {
    name: KEY,
    read: (evidence, pool) => prepareKey(pool)(evidence, pool),
    prepare: prepareKey,
    show: (logOdds) => percent(probabilityOf(logOdds)),
  };
}

/** The reason why a rollout has no probability: the gravest that its signals give. */
function reasonOf({ signals }: Evidence, { tier }: Prepared, place: number): Signal {
  if (tier[place] === 2) return unavailable("empty-patch", "an empty patch is not weighed");
  if (tier[place] === 3) return unavailable("no-patch", "there is no patch to weigh");
  const found = SIGNAL_NAMES.map((name) => signals[name]).filter(({ status }) => status === "unavailable");
  const gravest = found.toSorted(compareSignals).findLast((signal) => signal.status === "unavailable");
  return gravest ?? unavailable("not-run", "nothing is known of it");
}

/** Probability of each rollout of a whole pool; null where it has none. */
export function fusionProbabilities(model: Fusion, pool: readonly Evidence[]): readonly (number | null)[] {
  const prepared = prepare(pool);
  const able = pool.map((_, place) => place).filter((place) => prepared.tier[place] === 0);
  const scorer = scorerOf(partFor(model, pool).part);
  const odds = scorer.logOdds(prepared, able, scorer.scores(prepared, able));
  return pool.map((_, place) => {
    const index = able.indexOf(place);
    return index < 0 ? null : probabilityOf(odds[index] as number);
  });
}

/** The ranking with the probability of its selection, what spoke for it, and whether the fusion abstains. */
function withAccount(
  ranked: InstanceRanking,
  pool: readonly Evidence[],
  model: Fusion,
  abstainBelow: number,
): InstanceRanking {
  const { selected } = ranked;
  const place = pool.findIndex(({ rolloutId }) => rolloutId === selected);
  const probability = fusionProbabilities(model, pool)[place] ?? null;
  if (selected === null || probability === null) return ranked;
  const { part, isSeen } = partFor(model, pool);
  const prepared = prepare(pool);
  const able = pool.map((_, index) => index).filter((index) => prepared.tier[index] === 0);
  const next = ranked.ranking[ranked.ranking.findIndex((group) => group.includes(selected)) + 1]?.[0];
  const rival = able.indexOf(pool.findIndex(({ rolloutId }) => rolloutId === next));
  const abstains = probability < abstainBelow;
  const sentences = [
    ranked.why,
    rival < 0 ? "" : spokeFor(part, prepared, able, [able.indexOf(place), rival]),
    abstains ? `It abstains: ${percent(probability)} is below ${percent(abstainBelow)}, so this is a guess.` : "",
    isSeen ? SEEN : "",
  ];
  return {
    ...ranked,
    why: sentences.filter((sentence) => sentence !== "").join(" "),
    probability: Number(probability.toFixed(6)),
    ...(abstains ? { abstains } : {}),
  };
}

const SEEN = "The fusion was fitted on this instance: weights that were fitted without it rank it.";

const MOST_NAMED = 3;

/** "Most for it: a, b; against it: c." */
function spokeFor(
  part: FusionPart,
  prepared: Prepared,
  able: readonly number[],
  [mine, rival]: readonly [number, number],
): string {
  const figures = new Float64Array(able.length);
  const sums = new Map<string, number>();
  for (const column of COLUMNS) {
    const { name, group } = column;
    const weight = part.score[name] ?? 0;
    if (weight === 0) continue;
    fillCentred(column, prepared, able, figures);
    const [own, other] = [figures[mine] as number, figures[rival] as number];
    const by = weight * (own - other);
    sums.set(group, (sums.get(group) ?? 0) + by);
  }
  const sorted = [...sums].filter(([, by]) => Math.abs(by) > 1e-9).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  const named = (sign: number) =>
    sorted
      .filter(([, by]) => Math.sign(by) === sign)
      .slice(0, MOST_NAMED)
      .map(([group, by]) => `${group} ${by > 0 ? "+" : "−"}${Math.abs(by).toFixed(2)}`);
  const parts = [
    ["Most for it against the next", named(1)],
    ["against it", named(-1)],
  ] as const;
  const text = parts
    .flatMap(([head, names]) => (names.length === 0 ? [] : [`${head}: ${names.join(", ")}`]))
    .join("; ");
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
