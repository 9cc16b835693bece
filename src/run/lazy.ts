// Runs of an instance's candidates only what can still change the choice, and goes on from what earlier runs measured.
import type { Evidence } from "../core/schemas.js";
import { ok, type Signal, unavailable } from "../core/signal.js";
import type { GroupedCandidate } from "../patch/group.js";
import type { OpenEvidence } from "../select/bounds.js";
import type { BaseOutcomes } from "../select/foresight.js";
import { type Settled, settle, type Work } from "../select/lazy.js";
import type { LazyRule } from "../select/lazyRule.js";
import { generatedOutcomes, reproductionTests, stableTests } from "../verify/signals.js";
import { generatedField, type Provenance, provenanceOf } from "./evidence.js";
import type { PlannedInstance, PlannedRollout } from "./plan.js";
import type { ReadyInstance } from "./ready.js";
import type { Recorder } from "./recorder.js";
import { PARTS, type Part } from "./savedVerdict.js";
import { type CandidateResult, emptyVerdict, hasTests, savedResult, type Wanted } from "./verdicts.js";

/** What came of the candidates so far; those that are not in it were not looked at. */
export type Results = ReadonlyMap<GroupedCandidate, CandidateResult>;

export interface LazyOptions {
  readonly instance: PlannedInstance;
  readonly rule: LazyRule;
  readonly recorder: Pick<Recorder, "rewardOf">;
}

/** The best that each part can come to, whatever the patch; null: no patch can have a value. */
export type Limits = Readonly<Record<Part, number | null>>;

/** What is known of every candidate before it is run. */
export interface OnBase {
  readonly limits: Limits;
  /** The generated tests as base says them; empty where only their number is known, null before base is measured. */
  readonly tests: BaseOutcomes | null;
}

/** Before base is measured. */
export function beforeBase({ task }: PlannedInstance): OnBase {
  const limits = {
    regression: task.regression === null ? null : 0,
    reproduction: task.generated.length === 0 ? null : Number.POSITIVE_INFINITY,
  };
  return { limits, tests: null };
}

/** What base says of every candidate: a count of tests is a bound, and where no test tells anything there is no value. */
export function onBase({ task, base: { runs } }: Pick<ReadyInstance, "task" | "base">): OnBase {
  const suite = runs.flatMap(({ regression }) => regression ?? []);
  const generated = Object.entries(runs[0]?.generated ?? {}).map(([id, run]) => ({
    id,
    base: runs.flatMap((tree) => tree.generated[id] ?? []),
    run,
  }));
  const sum = generated.reduce((total, { base }) => total + reproductionTests(base).length, 0);
  const { generated: tests = [] } = generatedField(generated.flatMap(generatedOutcomes), provenanceOf(task));
  return {
    limits: { regression: stableTests(suite).length === 0 ? null : 0, reproduction: sum === 0 ? null : sum },
    tests,
  };
}

/** Whether the choice is settled by what is known, or what to run next. */
export function settleInstance(options: LazyOptions, known: OnBase, results: Results): Settled {
  return options.rule.settle(openPool(options, known.limits, results), known.tests);
}

export interface Wave {
  readonly candidate: GroupedCandidate;
  readonly wanted: Wanted;
}

/** The first `width` pieces of work, each going on to the generated tests in the same sandbox if they are next anyway. */
export function waveOf(
  options: LazyOptions,
  { limits }: OnBase,
  results: Results,
  work: readonly Work[],
  width: number,
): readonly Wave[] {
  const { candidates } = options.instance;
  return work.slice(0, width).flatMap(({ candidateId, signal, kind }): readonly Wave[] => {
    const candidate = candidates.find((each) => each.candidateId === candidateId);
    if (candidate === undefined) return [];
    const goesOn = (regression: Signal): boolean => goesOnWith(regression, candidate, options, limits, results, width);
    if (signal === "reproduction" || kind === "confirm" || isMeasured(results.get(candidate)))
      return [{ candidate, wanted: { parts: [signal] } }];
    return [{ candidate, wanted: { parts: PARTS, goesOn, leavesReruns: true } }];
  });
}

function isMeasured(result: CandidateResult | undefined): boolean {
  return result !== undefined && !result.open.includes("regression");
}

/**
 * Whether a candidate failed tests that base's second run may find to be flaky. That costs one sandbox, and where it finds some the
 * candidate may be the best there is: so it comes before those that were not measured yet.
 */
export function restsOnBase(results: Results): boolean {
  return [...results.values()].some(
    ({ unsure, failing }) => unsure.length > 0 || Object.values(failing).some(({ tests }) => tests.length > 0),
  );
}

/** Results that earlier runs left, to begin with. */
export async function savedResults(
  instance: PlannedInstance,
  ready: ReadyInstance,
  options: Parameters<typeof savedResult>[2],
): Promise<Map<GroupedCandidate, CandidateResult>> {
  const results = new Map<GroupedCandidate, CandidateResult>();
  for (const candidate of instance.candidates) {
    const saved = candidate.patch === "" ? null : await savedResult(candidate, ready, options);
    if (saved !== null) results.set(candidate, saved);
  }
  return results;
}

/** Regression tests that changed by themselves on any candidate: they count against none. */
export function flakyIn(results: Results): readonly string[] {
  return [...new Set([...results.values()].flatMap(({ flaky }) => flaky))].sort();
}

/**
 * A second sandbox costs more than the generated tests do as a rule: they are run with the regression tests where they are next.
 * What failed may be flaky, and to run it again takes a sandbox too, which what the generated tests say may spare: so they are
 * gone on to as if nothing had failed.
 */
function goesOnWith(
  regression: Signal,
  candidate: GroupedCandidate,
  options: LazyOptions,
  limits: Limits,
  results: Results,
  width: number,
): boolean {
  if (regression.status !== "ok") return false;
  const { order } = options.rule;
  if (order === null) return true;
  const atBest = ok(0);
  const pool = openPool(options, limits, results);
  const next = pool.map((each): OpenEvidence => {
    if (each.evidence.candidateId !== candidate.candidateId) return each;
    const { regression: _, ...open } = each.open;
    return { evidence: { ...each.evidence, signals: { ...each.evidence.signals, regression: atBest } }, open };
  });
  const settled = settle(next, order);
  if (settled.settled) return false;
  const place = settled.work.findIndex(({ candidateId }) => candidateId === candidate.candidateId);
  if (place === -1 || settled.work[place]?.signal !== "reproduction") return false;
  if (place < width) return true;
  return pool.some(
    ({ evidence: { signals, candidateId } }) =>
      candidateId !== candidate.candidateId && signals.regression.status === "ok",
  );
}

/** The instance's rollouts as they stand. */
function openPool({ instance, recorder }: LazyOptions, limits: Limits, results: Results): readonly OpenEvidence[] {
  const flaky = flakyIn(results);
  const provenance = provenanceOf(instance.task);
  const byRollout = new Map<string, GroupedCandidate>();
  for (const candidate of instance.candidates) {
    for (const id of candidate.rolloutIds) byRollout.set(id, candidate);
  }
  return instance.rollouts.map((rollout) => {
    const candidate = byRollout.get(rollout.rolloutId) ?? null;
    const reward = recorder.rewardOf(rollout).signal;
    return standingOf(instance, rollout, candidate, reward, limits, results, flaky, provenance);
  });
}

/** A rollout by what is known of its candidate. */
function standingOf(
  { task }: PlannedInstance,
  { instanceId, rolloutId }: PlannedRollout,
  candidate: GroupedCandidate | null,
  reward: Signal,
  limits: Limits,
  results: Results,
  flaky: readonly string[],
  provenance: Provenance,
): OpenEvidence {
  const features = candidate?.notes[rolloutId]?.features ?? null;
  const line = (signals: Pick<Evidence["signals"], Part>): Evidence => ({
    instanceId,
    rolloutId,
    candidateId: candidate?.candidateId ?? null,
    signals: { ...signals, reward },
    features,
  });
  if (candidate === null) return { evidence: line({ regression: NO_PATCH, reproduction: NO_PATCH }), open: {} };
  if (candidate.patch === "") return { evidence: line(emptyVerdict(candidate, rolloutId).signals), open: {} };
  if (!hasTests(task)) return { evidence: line({ regression: NOTHING, reproduction: NOTHING }), open: {} };
  const result = results.get(candidate);
  if (result === undefined) return { evidence: line({ regression: UNKNOWN, reproduction: UNKNOWN }), open: limits };
  const open = Object.fromEntries([...result.open, ...result.unsure].map((part) => [part, limits[part]]));
  const { signals, generated } = result.without(flaky);
  const { generated: outcomes } = generatedField(generated, provenance);
  const evidence = { ...line(signals), ...(outcomes === undefined ? {} : { generated: outcomes }) };
  return { evidence, open, unsure: result.unsure, failing: result.failing };
}

const NO_PATCH = unavailable("no-patch", "the rollout's record carries no patch");
const NOTHING = unavailable("no-tests", "the instance names no tests");
const UNKNOWN = unavailable("not-run", "not run yet");
