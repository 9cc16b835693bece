// What the evidence of a run took: containers, commands and seconds of each piece of work, kept with its result.
import { type Amount, COST_STAGES, type Cost, type CostStage } from "../core/cost.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import type { TreeRuns } from "../verify/execution.js";
import type { Rerun } from "../verify/signals.js";
import type { Plan, PlannedInstance } from "./plan.js";

/** Sandboxes that a piece of work opens, with what it used so far. */
export interface Meter {
  readonly open: (signal: AbortSignal) => Promise<Sandbox>;
  used(): Amount;
}

export function meter(open: Meter["open"], now: () => number = () => performance.now()): Meter {
  let [containers, commands, milliseconds] = [0, 0, 0];
  return {
    open: async (signal) => {
      const sandbox = await open(signal);
      const begun = now();
      let left = false;
      containers += 1;
      return {
        workdir: sandbox.workdir,
        exec: (request, during) => {
          if (request.user === "tested") commands += 1;
          return sandbox.exec(request, during);
        },
        writeFiles: (files, during) => sandbox.writeFiles(files, during),
        readFile: (path, maxBytes, during) => sandbox.readFile(path, maxBytes, during),
        killAll: (during) => sandbox.killAll(during),
        [Symbol.asyncDispose]: async () => {
          if (!left) milliseconds += now() - begun;
          left = true;
          await sandbox[Symbol.asyncDispose]();
        },
      };
    },
    used: () => ({ containers, commands, containerSeconds: milliseconds / 1000 }),
  };
}

export function sumOf(...amounts: readonly Amount[]): Amount {
  const sum = (name: keyof Amount): number => amounts.reduce((total, amount) => total + amount[name], 0);
  return { containers: sum("containers"), commands: sum("commands"), containerSeconds: sum("containerSeconds") };
}

/** What is known of a candidate's work. Results of older versions have no amount: one container is assumed. */
export interface CandidateCost {
  readonly used: Amount | undefined;
  readonly runs: TreeRuns;
  readonly reruns: readonly Rerun[];
  /** Whether all of its tests were run. */
  readonly whole: boolean;
  readonly cached: boolean;
}

/** Collects while a run works; what is told twice of one thing counts once, as it was told last. */
export interface CostSheet {
  base(instanceId: string, what: string, runs: readonly TreeRuns[], used: Amount | undefined): void;
  candidate(instanceId: string, candidateId: string, cost: CandidateCost): void;
  total(plan: Plan, lazy: boolean, modelSeconds: number | null): Cost;
}

interface Spent {
  readonly amount: Amount;
  readonly stages: Readonly<Record<CostStage, { readonly commands: number; readonly seconds: number }>>;
}

export function openCosts(): CostSheet {
  const bases = new Map<string, Spent>();
  const candidates = new Map<string, Map<string, Spent & Pick<CandidateCost, "whole" | "cached">>>();
  return {
    base: (instanceId, what, runs, used) => {
      const parts = runs.map((tree) => spentOn(undefined, tree, []));
      const amount = used ?? sumOf(...parts.map((part) => part.amount));
      const seconds = parts.flatMap(({ stages }) => Object.values(stages)).reduce((sum, each) => sum + each.seconds, 0);
      const stages = { ...NOTHING, base: { commands: amount.commands, seconds } };
      bases.set(JSON.stringify([instanceId, what]), { amount, stages });
    },
    candidate: (instanceId, candidateId, { used, runs, reruns, whole, cached }) => {
      const ofInstance = candidates.get(instanceId) ?? new Map();
      const before = ofInstance.get(candidateId);
      const spent = { ...spentOn(used, runs, reruns), whole, cached: before?.cached ?? cached };
      candidates.set(instanceId, ofInstance.set(candidateId, spent));
    },
    total: (plan, lazy, modelSeconds) => {
      const spent = [...bases.values(), ...[...candidates.values()].flatMap((each) => [...each.values()])];
      const savings = plan.instances.map((instance) => savedIn(instance, candidates.get(instance.task.instanceId)));
      const saved = (of: "equal" | "lazy") => ({
        candidates: savings.reduce((sum, saving) => sum + saving[of].candidates, 0),
        ...rounded(sumOf(...savings.map((saving) => saving[of].amount))),
      });
      return {
        schema: "bestk.cost/1",
        lazy,
        ...rounded(sumOf(...spent.map(({ amount }) => amount))),
        modelSeconds: modelSeconds === null ? null : seconds(modelSeconds),
        cached: [...candidates.values()].flatMap((each) => [...each.values()]).filter((each) => each.cached).length,
        savedByEqualPatches: saved("equal"),
        savedByLaziness: saved("lazy"),
        stages: COST_STAGES.map((stage) => ({
          stage,
          commands: spent.reduce((sum, { stages }) => sum + stages[stage].commands, 0),
          commandSeconds: seconds(spent.reduce((sum, { stages }) => sum + stages[stage].seconds, 0)),
          savedCommands: Math.round(savings.reduce((sum, { lazy: left }) => sum + (left.commands[stage] ?? 0), 0)),
        })),
      };
    },
  };
}

const NONE: Amount = { containers: 0, commands: 0, containerSeconds: 0 };
const NO_STAGE = { commands: 0, seconds: 0 };
const NOTHING: Spent["stages"] = { base: NO_STAGE, regression: NO_STAGE, reproduction: NO_STAGE, rerun: NO_STAGE };

function spentOn(
  used: Amount | undefined,
  { regression, generated, together = [] }: TreeRuns,
  reruns: readonly Rerun[],
): Spent {
  const shared = new Set(together.flatMap(({ ids }) => ids));
  const alone = Object.keys(generated).filter((id) => !shared.has(id)).length;
  const known = (regression === null ? 0 : 1) + reruns.length;
  const commands = used?.commands ?? known + together.length + alone;
  const timeOf = (runs: readonly { readonly durationMs: number }[]): number =>
    runs.reduce((sum, { durationMs }) => sum + durationMs / 1000, 0);
  const stages = {
    ...NOTHING,
    regression: { commands: regression === null ? 0 : 1, seconds: timeOf(regression === null ? [] : [regression]) },
    reproduction: { commands: Math.max(0, commands - known), seconds: timeOf(Object.values(generated)) },
    rerun: { commands: reruns.length, seconds: timeOf(reruns.map(({ run }) => run)) },
  };
  const total = Object.values(stages).reduce((sum, each) => sum + each.seconds, 0);
  return { amount: used ?? { containers: 1 + reruns.length, commands, containerSeconds: total }, stages };
}

interface Saving {
  readonly candidates: number;
  readonly amount: Amount;
  readonly commands: Partial<Readonly<Record<CostStage, number>>>;
}

/** Estimates: a candidate that wasn't run, or not wholly, would have taken what those of its instance that were did. */
function savedIn(
  { task, candidates }: PlannedInstance,
  spent: ReadonlyMap<string, Spent & { readonly whole: boolean }> = new Map(),
): { readonly equal: Saving; readonly lazy: Saving } {
  const runnable =
    task.regression === null && task.generated.length === 0 ? [] : candidates.filter(({ patch }) => patch !== "");
  const whole = [...spent.values()].filter((each) => each.whole);
  const typical = scaled(sumOf(...whole.map(({ amount }) => amount)), 1 / Math.max(1, whole.length));
  const typicalOf = (stage: CostStage): number =>
    whole.reduce((sum, { stages }) => sum + stages[stage].commands, 0) / Math.max(1, whole.length);
  const left = runnable.filter(({ candidateId }) => spent.get(candidateId)?.whole !== true);
  const rest = left.map(({ candidateId }) => {
    const { amount } = spent.get(candidateId) ?? { amount: NONE };
    return atLeastNone(sumOf(typical, scaled(amount, -1)));
  });
  const stages = (["regression", "reproduction", "rerun"] as const).map((stage) => {
    const done = left.reduce((sum, { candidateId }) => sum + (spent.get(candidateId)?.stages[stage].commands ?? 0), 0);
    return [stage, Math.max(0, left.length * typicalOf(stage) - done)] as const;
  });
  const doubles = runnable.flatMap(({ candidateId, rolloutIds }) => {
    const one = spent.get(candidateId);
    return one === undefined ? [] : rolloutIds.slice(1).map(() => one.amount);
  });
  return {
    equal: { candidates: doubles.length, amount: sumOf(...doubles), commands: {} },
    lazy: { candidates: left.length, amount: sumOf(...rest), commands: Object.fromEntries(stages) },
  };
}

function scaled({ containers, commands, containerSeconds }: Amount, by: number): Amount {
  return { containers: containers * by, commands: commands * by, containerSeconds: containerSeconds * by };
}

function atLeastNone({ containers, commands, containerSeconds }: Amount): Amount {
  return {
    containers: Math.max(0, containers),
    commands: Math.max(0, commands),
    containerSeconds: Math.max(0, containerSeconds),
  };
}

function rounded({ containers, commands, containerSeconds }: Amount): Amount {
  return {
    containers: Math.round(containers),
    commands: Math.round(commands),
    containerSeconds: seconds(containerSeconds),
  };
}

function seconds(value: number): number {
  return Math.round(value * 1000) / 1000;
}
