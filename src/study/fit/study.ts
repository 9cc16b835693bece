// `bestk fit`: a fusion from labelled evidence, and an honest account of it: every figure on instances that its weights never saw.
import { BestkError } from "../../core/errors.js";
import type { Evidence } from "../../core/schemas.js";
import { ok } from "../../core/signal.js";
import type { Labels } from "../../core/types.js";
import { random } from "../../select/baselines.js";
import { consensus } from "../../select/consensus.js";
import { COLUMNS, SIGNAL_GROUPS } from "../../select/fusion/columns.js";
import type { Fusion } from "../../select/fusion/model.js";
import { fusion, fusionProbabilities } from "../../select/fusion.js";
import { hybrid } from "../../select/hybrid.js";
import { bestSingle } from "../bestSingle.js";
import { type Calibration, calibrationOf } from "../calibration.js";
import type { Paired } from "../pairs.js";
import { type LabelledPool, labelledPools } from "../pools.js";
import { type AgentsLeftOut, agentsLeftOut, agentsOf, agentsTold, labelsOf, type ToldAgents } from "./agents.js";
import { type Example, examplesOf, isMixed } from "./examples.js";
import { type FusionFitOptions, fitFusion } from "./fit.js";
import { byInstance, byRepository } from "./folds.js";
import { type Chosen, chosenBy, pairAccuracy, testOf, type Worth, worthOf } from "./worth.js";

export interface FitStudyOptions {
  readonly name: string;
  readonly seed: number;
  readonly ridge: number;
  readonly abstainBelow: number;
  /** Weights that the ridge pulls towards; null: 0. */
  readonly prior: Readonly<Record<string, number>> | null;
  /** Splits of the agents, default 20; 0 leaves that part out. */
  readonly splits?: number;
  readonly onStep?: (step: string) => void;
}

/** What one signal is worth. */
export interface SignalWorth {
  readonly signal: string;
  /** Mean distance that it puts between two rollouts of an instance, as a share of that of all signals. */
  readonly importance: number;
  /** Fitted again without it; null where it had no weight, and nothing changes. */
  readonly without: Worth | null;
}

/** `bestk.fit/1`. */
export interface FitStudy {
  readonly schema: "bestk.fit/1";
  readonly name: string;
  readonly instances: number;
  /** With right and wrong rollouts. */
  readonly mixed: number;
  readonly rollouts: number;
  /** Instances without labels for all of their rollouts: fitted on, and in no figure. */
  readonly unlabelled: number;
  readonly repositories: number;
  readonly ridge: number;
  readonly seed: number;
  readonly prior: boolean;
  /** Instances left out: fusion, then others on the same instances. */
  readonly worth: readonly Worth[];
  /** Of one agent, in hindsight; null where ids are not shared. */
  readonly bestAgent: Worth | null;
  readonly oracle: number;
  readonly tests: readonly { readonly against: string; readonly paired: Paired }[];
  readonly pairAccuracy: number | null;
  readonly calibration: Calibration | null;
  /** What it does where it is as sure as the threshold, and where it abstains: instances, and the share resolved. */
  readonly abstention: {
    readonly below: number;
    readonly sure: { readonly instances: number; readonly resolved: number | null };
    readonly abstained: { readonly instances: number; readonly resolved: number | null };
  };
  readonly signals: readonly SignalWorth[];
  /** Whole repositories left out; null with one. */
  readonly byRepository: Worth | null;
  readonly agentsLeftOut: AgentsLeftOut | null;
  readonly agentsTold: ToldAgents | null;
}

export const FIT_FOLDS = 10;
const AGENT_FOLDS = 5;
const LEAST_MIXED = 10;

/** Throws BestkError `input` where the evidence can't be learnt from. */
export function studyFit(
  loaded: { readonly evidence: readonly Evidence[]; readonly labels: Labels },
  options: FitStudyOptions,
): { readonly fusion: Fusion; readonly study: FitStudy } {
  const { name, seed, ridge, abstainBelow, prior, splits = 20, onStep = () => {} } = options;
  const examples = examplesOf(loaded.evidence, loaded.labels);
  check(examples);
  const fitted: FusionFitOptions = {
    name,
    seed,
    ridge,
    abstainBelow,
    folds: FIT_FOLDS,
    unitOf: byInstance,
    ...(prior === null ? {} : { prior }),
  };
  onStep("fitting, instances left out");
  const model = fitFusion(examples, fitted);
  const { pools, unlabelled } = labelledPools(loaded.evidence, loaded.labels);
  const own = chosenBy(pools, fusion(model), "fusion");
  const others = [hybrid, consensus, random].map((aggregator) => chosenBy(pools, aggregator));
  const probabilities = new Map(pools.map(({ pool }) => [pool, fusionProbabilities(model, pool)]));
  const agents = agentsOf(pools);
  const worth = [own, ...others].map((chosen) => worthOf(chosen, seed));
  onStep("repositories left out");
  const repositories = new Set(examples.map(({ repository }) => repository)).size;
  const signals = signalsOf(examples, pools, model, fitted, onStep);
  const left = chosenBy(
    pools,
    fusion(fitFusion(examples, { ...fitted, unitOf: byRepository })),
    "fusion, repositories left out",
  );
  const best = bestSingle(pools, agents);
  const study: FitStudy = {
    schema: "bestk.fit/1",
    name,
    instances: model.fitted.instances,
    mixed: model.fitted.mixed,
    rollouts: model.fitted.rollouts,
    unlabelled,
    repositories,
    ridge,
    seed,
    prior: prior !== null,
    worth,
    bestAgent: best === null ? null : worthOf({ name: best.rolloutId, choices: best.choices }, seed),
    oracle: pools.filter(({ labels }) => labels.includes(1)).length,
    tests: others.slice(0, 2).map((other) => ({ against: other.name, paired: testOf(other, own, seed) })),
    pairAccuracy: pairAccuracy(pools, (pool) => probabilities.get(pool) ?? []),
    calibration: calibrationOf(
      pools.flatMap(({ pool }) => withReward(pool, probabilities.get(pool) ?? [])),
      labelsOf(pools),
    ),
    abstention: abstentionOf(own, abstainBelow),
    signals,
    byRepository: repositories < 2 ? null : worthOf(left, seed),
    agentsLeftOut:
      agents.length === 0 || splits === 0
        ? null
        : agentsLeftOut(pools, agents, {
            ...fitted,
            folds: AGENT_FOLDS,
            splits,
            against: [consensus, hybrid],
            onSplit: (done) => onStep(`agents left out ${done}/${splits}`),
          }),
    agentsTold: agents.length === 0 ? null : agentsTold(examples, agents, seed),
  };
  return { fusion: model, study };
}

function check(examples: readonly Example[]): void {
  const all = examples.flatMap(({ y }) => y);
  if (all.length === 0) {
    throw new BestkError("input", "no rollout has a label and a patch, so there is nothing to fit to", {
      hint: "labels come with a table, with rollouts that carry them, or from `bestk grade`",
    });
  }
  if (!all.includes(0) || !all.includes(1)) {
    throw new BestkError(
      "input",
      `all ${all.length} labelled rollouts are ${all.includes(1) ? "resolved" : "unresolved"}`,
      {
        hint: "an order is learnt from instances that have right and wrong rollouts",
      },
    );
  }
  const mixed = new Set(examples.filter(isMixed).map(({ instanceId }) => instanceId)).size;
  if (mixed >= LEAST_MIXED) return;
  throw new BestkError("input", `${mixed} instances have right and wrong rollouts: too few to fit a fusion`, {
    hint: `at least ${LEAST_MIXED} are needed, and a hundred are few`,
  });
}

/** Importance from the weights; worth by fitting again without. */
function signalsOf(
  examples: readonly Example[],
  pools: readonly LabelledPool[],
  model: Fusion,
  options: FusionFitOptions,
  onStep: (step: string) => void,
): readonly SignalWorth[] {
  const reach = SIGNAL_GROUPS.map((group) =>
    examples.reduce((sum, { x, y }) => sum + reachOf(x, y.length, group, model), 0),
  );
  const whole = reach.reduce((sum, own) => sum + own, 0);
  return SIGNAL_GROUPS.map((signal, index) => {
    const importance = whole === 0 ? 0 : (reach[index] as number) / whole;
    if (importance === 0) return { signal, importance, without: null };
    onStep(`without ${signal}`);
    const without = fitFusion(examples, { ...options, without: new Set([signal]) });
    return { signal, importance, without: worthOf(chosenBy(pools, fusion(without), signal), options.seed) };
  });
}

/** Mean absolute deviation of what a signal adds to the scores of an instance. */
function reachOf(x: Float64Array, n: number, group: string, { all }: Fusion): number {
  const p = COLUMNS.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    sum += Math.abs(
      COLUMNS.reduce(
        (own, column, j) =>
          own + (column.group === group ? (all.score[column.name] ?? 0) * (x[i * p + j] as number) : 0),
        0,
      ),
    );
  }
  return sum / n;
}

function withReward(pool: readonly Evidence[], probabilities: readonly (number | null)[]): readonly Evidence[] {
  return pool.flatMap((evidence, place) => {
    const probability = probabilities[place] ?? null;
    return probability === null ? [] : [{ ...evidence, signals: { ...evidence.signals, reward: ok(probability) } }];
  });
}

function abstentionOf({ choices }: Chosen, below: number): FitStudy["abstention"] {
  const part = (abstains: boolean) => {
    const own = choices.filter(({ ranking }) => (ranking.abstains === true) === abstains);
    const right = own.filter(({ selectedResolved }) => selectedResolved).length;
    return { instances: own.length, resolved: own.length === 0 ? null : right / own.length };
  };
  return { below, sure: part(false), abstained: part(true) };
}
