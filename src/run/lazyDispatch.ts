// Does the work of one instance in waves: what is next by what is known, until no test can change the choice.
import type { Signal } from "../core/signal.js";
import type { Task } from "../core/types.js";
import type { GroupedCandidate } from "../patch/group.js";
import type { LazyRule } from "../select/lazyRule.js";
import { isTransient } from "./attempts.js";
import { stopwatch } from "./events.js";
import type { KeyedVerdict } from "./evidence.js";
import type { FailedInstance } from "./giveUp.js";
import {
  beforeBase,
  flakyIn,
  type LazyOptions,
  onBase,
  type Results,
  restsOnBase,
  savedResults,
  settleInstance,
  waveOf,
} from "./lazy.js";
import type { PlannedInstance } from "./plan.js";
import {
  isBaseOpen,
  type ReadyInstance,
  readyInstance,
  savedInstance,
  type WorkOptions,
  withWholeBase,
} from "./ready.js";
import type { Recorder } from "./recorder.js";
import type { WorkQueue } from "./schedule.js";
import { fetchAhead } from "./scheduleEnvironment.js";
import type { Together } from "./together.js";
import { type CandidateResult, COULD_NOT_MATTER, emptyVerdict, hasTests, NO_TESTS, verdictOf } from "./verdicts.js";

export interface LazyDispatch {
  readonly options: WorkOptions & { readonly drain: AbortSignal };
  readonly together: Together;
  readonly recorder: Recorder;
  readonly work: WorkQueue;
  readonly prepared: Map<string, ReadyInstance | FailedInstance>;
  readonly rule: LazyRule;
  /** Candidates of an instance at a time, at most. */
  readonly width: number;
}

/**
 * False if the machine kept some of it from being done, which is then left for the last pass. Waves double, so that what
 * one candidate settles costs one, and what none settles takes few waves. Which candidates a wave holds follows from
 * results alone, never from time: the same again after an interruption.
 */
export async function dispatchLazily(
  dispatch: LazyDispatch,
  instance: PlannedInstance,
  place: number,
  isLast: boolean,
): Promise<boolean> {
  const { options, recorder, prepared } = dispatch;
  const { task } = instance;
  const lazy = { instance, rule: dispatch.rule, recorder };
  const nothing = new Map<GroupedCandidate, CandidateResult>();
  const isSettled = settleInstance(lazy, beforeBase(instance), nothing).settled;
  if (!hasTests(task) || (isSettled && !recorder.hasVerdicts(task.instanceId))) {
    await recordResults(recorder, instance, nothing);
    return true;
  }
  const patches = instance.candidates.map(({ patch }) => patch).filter((patch) => patch !== "");
  if (!isSettled) await fetchAhead(task, options);
  const begun = await dispatch.work(async () => {
    if (options.drain.aborted) return undefined;
    const first = { ...options, firstCandidates: 1 };
    return isSettled ? savedInstance(task, patches, first) : readyInstance(task, patches, first, "once");
  }, place);
  if (begun === undefined) return true;
  if (begun === null) {
    await recordResults(recorder, instance, nothing);
    return true;
  }
  prepared.set(task.instanceId, begun);
  if ("failure" in begun && isTransient(begun.failure) && !isLast) return false;
  await using _sandboxes = "failure" in begun ? null : begun.environment;
  const results =
    "failure" in begun
      ? { results: await allFailed(instance, begun, options), nearly: false }
      : await runWaves(dispatch, lazy, begun, place, isLast);
  if (results === "drained") return true;
  if (results === "retriable") return false;
  await recordResults(recorder, instance, results.results, results.nearly ? dispatch.rule.risk : 0);
  return true;
}

interface Waves {
  readonly results: Results;
  /** Whether what was left out could still change the choice, if hardly. */
  readonly nearly: boolean;
}

async function runWaves(
  dispatch: LazyDispatch,
  lazy: LazyOptions,
  begun: ReadyInstance,
  place: number,
  isLast: boolean,
): Promise<Waves | "drained" | "retriable"> {
  const { options, together, work, recorder, prepared } = dispatch;
  let ready = begun;
  let results = await savedResults(lazy.instance, ready, options);
  let width = 1;
  for (;;) {
    const known = onBase(ready);
    const next = settleInstance(lazy, known, results);
    if (next.settled) return { results, nearly: next.nearly === true };
    if (isBaseOpen(ready) && (next.work[0]?.kind !== "contender" || restsOnBase(results))) {
      const open = ready;
      const whole = await work(async () => (options.drain.aborted ? null : withWholeBase(open, options)), place);
      if (whole === null) return "drained";
      prepared.set(ready.task.instanceId, whole);
      if ("failure" in whole) {
        if (isTransient(whole.failure) && !isLast) return "retriable";
        return { results: await allFailed(lazy.instance, whole, options), nearly: false };
      }
      ready = whole;
      results = await savedResults(lazy.instance, ready, options);
      continue;
    }
    const wave = waveOf(lazy, known, results, next.work, width);
    if (wave.length === 0) throw new RangeError(stuck(ready.task));
    ready.environment.expect(wave.length);
    const done = await together.all(
      wave.map(({ candidate, wanted }) =>
        work(async () => {
          if (options.drain.aborted) return null;
          const seconds = stopwatch();
          const result = await verdictOf(candidate, ready, options, wanted);
          const { instanceId, candidateId } = candidate;
          if (result.open.length > 0) options.emit({ type: "candidate-paused", instanceId, candidateId });
          return { result, seconds: seconds() };
        }, place),
      ),
    );
    for (const [index, { candidate }] of wave.entries()) {
      const ended = done[index] ?? null;
      if (ended === null) continue;
      const { result, seconds } = ended;
      if (result.retriable && !isLast) {
        const { instanceId, candidateId } = candidate;
        const { regression } = result.verdict.signals;
        const message = regression.status === "unavailable" ? regression.message : "";
        options.emit({ type: "given-up", what: "candidate", instanceId, candidateId, message });
        return "retriable";
      }
      results.set(candidate, result);
      // What may be gone on with is told of at the end.
      if (result.open.length === 0) recorder.finished(candidate, result.verdict, result.cached, seconds);
    }
    if (options.drain.aborted) return "drained";
    // What is saved was known before the first wave: one that runs nothing would be followed by itself for ever.
    if (done.every((ended) => ended?.result.cached === true)) throw new RangeError(stuck(ready.task));
    width = Math.min(2 * width, dispatch.width);
  }
}

function stuck({ instanceId }: Task): string {
  return `${instanceId}: nothing to run, and nothing is settled`;
}

async function allFailed(
  instance: PlannedInstance,
  failed: FailedInstance,
  options: WorkOptions,
): Promise<Map<GroupedCandidate, CandidateResult>> {
  const runnable = instance.candidates.filter(({ patch }) => patch !== "");
  const results = runnable.map(async (each) => [each, await verdictOf(each, failed, options)] as const);
  return new Map(await Promise.all(results));
}

/** All lines of an instance, once nothing more is run; what was left out at a risk says so. */
async function recordResults(recorder: Recorder, instance: PlannedInstance, results: Results, risk = 0): Promise<void> {
  const flaky = flakyIn(results);
  for (const candidate of instance.candidates) {
    const result = results.get(candidate);
    const verdict = result?.without(flaky) ?? (hasTests(instance.task) ? COULD_NOT_MATTER : NO_TESTS);
    const marked = risk === 0 ? verdict : atRisk(verdict, risk);
    const verdictFor = (rolloutId: string) => (candidate.patch === "" ? emptyVerdict(candidate, rolloutId) : marked);
    await recorder.recordAll(instance, candidate, verdictFor);
    recorder.finished(candidate, verdictFor(candidate.rolloutIds[0] ?? ""), result?.cached ?? false, 0);
  }
}

function atRisk(verdict: KeyedVerdict, risk: number): KeyedVerdict {
  const percent = Number((100 * risk).toPrecision(3));
  const message = `left out: it would change the choice with a probability below ${percent} %`;
  const marked = (signal: Signal): Signal =>
    signal.status === "unavailable" && signal.reason === "could-not-matter" ? { ...signal, message } : signal;
  const { regression, reproduction } = verdict.signals;
  return { ...verdict, signals: { regression: marked(regression), reproduction: marked(reproduction) } };
}
