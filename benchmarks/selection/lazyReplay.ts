// Stored outcomes in the place of a machine: what a lazy run would have run, against all of it.
import { group } from "d3-array";
import { randomStream } from "../../src/core/random.js";
import type { Evidence } from "../../src/core/schemas.js";
import { ok, type Signal, unavailable } from "../../src/core/signal.js";
import type { Task } from "../../src/core/types.js";
import type { GroupedCandidate } from "../../src/patch/group.js";
import { type LazyOptions, type Limits, settleInstance, waveOf } from "../../src/run/lazy.js";
import type { PlannedInstance } from "../../src/run/plan.js";
import type { CandidateResult, Part, Wanted } from "../../src/run/verdicts.js";
import type { Aggregator } from "../../src/select/aggregator.js";
import { closed, lazyOrder } from "../../src/select/lazy.js";

/** Containers, and test commands by what they are for. */
export interface Work {
  containers: number;
  base: number;
  regression: number;
  reproduction: number;
  rerun: number;
}

export interface Replayed {
  readonly instanceId: string;
  readonly same: boolean;
  readonly candidates: number;
  readonly eager: Work;
  readonly lazy: Work;
}

/** `rewards`: as the table has them, or drawn with a seed where it has none: a reward that knows nothing. */
export function replay(evidence: readonly Evidence[], aggregator: Aggregator, rewards: "table" | "drawn"): Replayed[] {
  return [...group(evidence, ({ instanceId }) => instanceId).values()].map((lines) => {
    const pool = oneVerdictACandidate(
      lines.map((line) => ({ ...line, candidateId: line.candidateId ?? line.rolloutId })),
    );
    return replayInstance(rewards === "table" ? pool : pool.map(withReward), aggregator);
  });
}

function withReward(line: Evidence): Evidence {
  const reward = ok(randomStream(0, line.instanceId, line.rolloutId).next());
  return { ...line, signals: { ...line.signals, reward } };
}

/** Equal patches that were run twice and came out otherwise: the first one counts, for a run makes one. */
function oneVerdictACandidate(lines: readonly Evidence[]): readonly Evidence[] {
  const first = new Map<string | null, Evidence>();
  for (const line of lines) if (!first.has(line.candidateId)) first.set(line.candidateId, line);
  return lines.map((line) => {
    const { regression, reproduction } = (first.get(line.candidateId) as Evidence).signals;
    return { ...line, signals: { ...line.signals, regression, reproduction } };
  });
}

function replayInstance(pool: readonly Evidence[], aggregator: Aggregator): Replayed {
  const order = lazyOrder(aggregator);
  if (order === null) throw new RangeError(`${aggregator.name} needs all evidence`);
  const instance = instanceOf(pool);
  const byCandidate = new Map(pool.map((line) => [line.candidateId ?? "", line.signals]));
  const signalsOf = ({ candidateId }: GroupedCandidate) => byCandidate.get(candidateId) as Evidence["signals"];
  const rewardOf = new Map(pool.map((line) => [line.rolloutId, line.signals.reward]));
  const recorder = {
    rewardOf: ({ rolloutId }: { readonly rolloutId: string }) => ({
      key: null,
      signal: rewardOf.get(rolloutId) ?? NONE,
    }),
  };
  const limits = limitsOf(pool);
  const options: LazyOptions = { instance, order, recorder };
  const results = new Map<GroupedCandidate, CandidateResult>();
  const lazy = nothing();
  const unmeasured: Limits = {
    regression: limits.regression === null ? null : 0,
    reproduction: limits.reproduction === null ? null : Number.POSITIVE_INFINITY,
  };
  let settled = settleInstance(options, unmeasured, results);
  if (!settled.settled) runBase(lazy, limits);
  for (settled = settleInstance(options, settled.settled ? unmeasured : limits, results); !settled.settled; ) {
    for (const { candidate, wanted } of waveOf(options, limits, results, settled.work, 1)) {
      const open = results.get(candidate)?.open ?? PARTS.filter((part) => limits[part] !== null);
      const ran = runParts(lazy, signalsOf(candidate), open, wanted);
      const left = open.filter((part) => !ran.includes(part));
      results.set(candidate, resultOf(signalsOf(candidate), left));
    }
    settled = settleInstance(options, limits, results);
  }
  const eager = nothing();
  runBase(eager, limits);
  for (const candidate of instance.candidates) {
    runParts(
      eager,
      signalsOf(candidate),
      PARTS.filter((part) => limits[part] !== null),
      { parts: PARTS },
    );
  }
  const kept = pool.map((line) => {
    const result = [...results].find(([candidate]) => candidate.candidateId === line.candidateId)?.[1];
    const open = Object.fromEntries((result?.open ?? PARTS).map((part) => [part, limits[part]]));
    return closed({ evidence: line, open }, "left out");
  });
  const chosen = aggregator.rank(pool).selected;
  const same = settled.selected === chosen && aggregator.rank(kept).selected === chosen;
  return { instanceId: instance.task.instanceId, same, candidates: instance.candidates.length, eager, lazy };
}

const PARTS: readonly Part[] = ["regression", "reproduction"];

const NONE = unavailable("not-run", "the table has none");

function nothing(): Work {
  return { containers: 0, base: 0, regression: 0, reproduction: 0, rerun: 0 };
}

/** Two containers, each with every command there is: generated tests are taken to run in one. */
function runBase(work: Work, limits: Limits): void {
  work.containers += 2;
  work.base += 2 * PARTS.filter((part) => limits[part] !== null).length;
}

/** What one sandbox runs of a candidate, as `verify/` does it: a regression is made sure of by one further run. */
function runParts(
  work: Work,
  { regression }: Evidence["signals"],
  open: readonly Part[],
  wanted: Wanted,
): readonly Part[] {
  const asked = open.filter((part) => wanted.parts.includes(part));
  const both = asked.length === 2;
  const ran = both && wanted.goesOn?.(regression) === false ? (["regression"] as const) : asked;
  work.containers += 1;
  for (const part of ran) work[part] += 1;
  if (ran.includes("regression") && regression.status === "ok" && regression.value < 0) {
    work.containers += 1;
    work.rerun += 1;
  }
  return ran;
}

/** A count of tests is what base would say: the most that any candidate passes is the least it can be. */
function limitsOf(pool: readonly Evidence[]): Limits {
  const named = new Set(
    pool.flatMap(({ generated = [] }) =>
      generated.map(({ source, test, name }) => JSON.stringify([source, test, name])),
    ),
  );
  const most = Math.max(named.size, ...pool.flatMap(({ signals }) => measured(signals.reproduction)));
  const has = (part: Part): boolean => pool.some(({ signals }) => signals[part].status === "ok");
  return { regression: has("regression") ? 0 : null, reproduction: has("reproduction") ? most : null };
}

function measured(signal: Signal): readonly number[] {
  return signal.status === "ok" ? [signal.value] : [];
}

function resultOf(signals: Evidence["signals"], open: readonly Part[]): CandidateResult {
  const verdict = { key: "replayed", signals, generated: [], details: {} };
  return { verdict, open, cached: false, retriable: false, flaky: [], newFailures: [], without: () => verdict };
}

function instanceOf(pool: readonly Evidence[]): PlannedInstance {
  const [{ instanceId }] = pool as [Evidence];
  const candidates = [...group(pool, (line) => line.candidateId ?? "")].map(
    ([candidateId, lines]): GroupedCandidate => ({
      instanceId,
      candidateId,
      patch: candidateId,
      features: { bytes: 1, addedLines: 1, removedLines: 0, files: NO_FILES, tokenHashes: [] },
      rolloutIds: lines.map(({ rolloutId }) => rolloutId),
      rawPatches: {},
      dropped: [],
      notes: {},
    }),
  );
  const rollouts = pool.map(({ rolloutId }) => ({ instanceId, rolloutId, patch: "", input: null }));
  return { task: taskOf(instanceId), candidates, rollouts };
}

const NO_FILES = { source: 1, test: 0, "test-configuration": 0, reproduction: 0, generated: 0, binary: 0 };

function taskOf(instanceId: string): Task {
  return {
    instanceId,
    repo: null,
    baseCommit: null,
    issue: "",
    version: null,
    environment: { image: null, baseImage: null, repository: null, setup: [], workdir: "/", env: {} },
    regression: { runner: "pytest", command: null, files: [], timeoutSeconds: 1 },
    generated: [],
  };
}
