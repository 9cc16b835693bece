// Stored outcomes in the place of a machine: what a lazy run would have run, against all of it.
import { group } from "d3-array";
import { randomStream } from "../../src/core/random.js";
import type { Evidence } from "../../src/core/schemas.js";
import { ok, type Signal, unavailable } from "../../src/core/signal.js";
import type { GeneratedOutcome, Task } from "../../src/core/types.js";
import type { GroupedCandidate } from "../../src/patch/group.js";
import { type LazyOptions, type Limits, type OnBase, restsOnBase, settleInstance, waveOf } from "../../src/run/lazy.js";
import type { PlannedInstance } from "../../src/run/plan.js";
import { PARTS, type Part, type Sureness, withOpen } from "../../src/run/savedVerdict.js";
import type { CandidateResult } from "../../src/run/verdicts.js";
import type { Aggregator } from "../../src/select/aggregator.js";
import { closed } from "../../src/select/lazy.js";
import { lazyRule } from "../../src/select/lazyRule.js";
import { BASE_RUNS } from "../../src/verify/execution.js";
import { allOf, confirmed, nothing, runAgain, runBase, runParts, SURE, surenessOf, type Work } from "./lazyWork.js";

export interface Replayed {
  readonly instanceId: string;
  /** Rollouts chosen from all tests, and from those that were run. */
  readonly eagerly: string | null;
  readonly lazily: string | null;
  readonly candidates: number;
  readonly eager: Work;
  readonly lazy: Work;
  /** As the published hybrids run: each rollout by itself, equal patches too. */
  readonly published: Work;
  /** Containers that no way to choose the same for certain can do without, even one that guesses right what to run. */
  readonly least: number;
}

/** As `lazyRule` takes them. */
export interface Choice {
  readonly aggregator: Aggregator;
  readonly risk?: number;
}

/** `rewards`: as the table has them, or drawn with a seed where it has none: a reward that knows nothing. */
export function replay(evidence: readonly Evidence[], choice: Choice, rewards: "table" | "drawn"): Replayed[] {
  return [...group(evidence, ({ instanceId }) => instanceId).values()].map((lines) => {
    const pool = oneVerdictACandidate(
      lines.map((line) => ({ ...line, candidateId: line.candidateId ?? line.rolloutId })),
    );
    return replayInstance(rewards === "table" ? pool : pool.map(withReward), choice);
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
    const { signals, generated } = first.get(line.candidateId) as Evidence;
    const { regression, reproduction } = signals;
    const { generated: _, ...rest } = line;
    const own = generated === undefined ? {} : { generated: generated.map(withOwnId) };
    return { ...rest, signals: { ...line.signals, regression, reproduction }, ...own };
  });
}

/** A run knows where a test came from by its id. */
function withOwnId(outcome: GeneratedOutcome): GeneratedOutcome {
  return { ...outcome, test: JSON.stringify([outcome.source, outcome.test]) };
}

function replayInstance(pool: readonly Evidence[], { aggregator, risk = 0 }: Choice): Replayed {
  const rule = lazyRule(aggregator, risk);
  if (rule === null) throw new RangeError(`${aggregator.name} needs all evidence`);
  const instance = instanceOf(pool);
  const byCandidate = new Map(pool.map((line) => [line.candidateId ?? "", line]));
  const lineOf = ({ candidateId }: GroupedCandidate) => byCandidate.get(candidateId) as Evidence;
  const signalsOf = (candidate: GroupedCandidate) => lineOf(candidate).signals;
  const rewardOf = new Map(pool.map((line) => [line.rolloutId, line.signals.reward]));
  const recorder = {
    rewardOf: ({ rolloutId }: { readonly rolloutId: string }) => ({
      key: null,
      signal: rewardOf.get(rolloutId) ?? NONE,
    }),
  };
  const limits = limitsOf(pool);
  const base: OnBase = { limits, tests: testsOf(pool) };
  const options: LazyOptions = { instance, rule, recorder };
  const results = new Map<GroupedCandidate, CandidateResult>();
  const lazy = nothing();
  let settled = settleInstance(options, beforeBase(limits), results);
  let baseRuns = 0;
  if (!settled.settled) {
    baseRuns = runBase(lazy, limits, 1);
    settled = settleInstance(options, base, results);
  }
  while (!settled.settled) {
    if (baseRuns < BASE_RUNS && (settled.work[0]?.kind !== "contender" || restsOnBase(results))) {
      baseRuns += runBase(lazy, limits, 1);
      for (const [candidate, { open }] of results) {
        results.set(candidate, resultOf(lineOf(candidate), open, surenessOf(lineOf(candidate), open, base, baseRuns)));
      }
    } else {
      for (const { candidate, wanted } of waveOf(options, base, results, settled.work, 1)) {
        const before = results.get(candidate);
        if (before !== undefined && !before.open.includes("regression") && wanted.parts[0] === "regression") {
          runAgain(lazy);
          results.set(candidate, resultOf(lineOf(candidate), before.open, confirmed(before)));
          continue;
        }
        const open = before?.open ?? PARTS.filter((part) => limits[part] !== null);
        const ran = runParts(lazy, signalsOf(candidate), open, wanted);
        const left = open.filter((part) => !ran.includes(part));
        const sureness = surenessOf(lineOf(candidate), left, base, baseRuns);
        results.set(candidate, resultOf(lineOf(candidate), left, sureness));
      }
    }
    settled = settleInstance(options, base, results);
  }
  const kept = pool.map((line) => {
    const result = [...results].find(([candidate]) => candidate.candidateId === line.candidateId)?.[1];
    const left = result?.open ?? PARTS;
    const { generated, ...rest } = closed(
      { evidence: line, open: Object.fromEntries(left.map((part) => [part, limits[part]])) },
      "left out",
    );
    return left.includes("reproduction") || generated === undefined ? rest : { ...rest, generated };
  });
  const { instanceId } = instance.task;
  return {
    instanceId,
    eagerly: aggregator.rank(pool).selected,
    lazily: aggregator.rank(kept).selected,
    candidates: instance.candidates.length,
    eager: allOf(instance.candidates.map(signalsOf), limits),
    lazy,
    published: allOf(
      pool.map(({ signals }) => signals),
      limits,
    ),
    least: rule.order === null || risk > 0 ? Number.NaN : leastContainers(options, base, lineOf),
  };
}

function beforeBase(limits: Limits): OnBase {
  const reproduction = limits.reproduction === null ? null : Number.POSITIVE_INFINITY;
  return { limits: { regression: limits.regression === null ? null : 0, reproduction }, tests: null };
}

/** As base says them. */
function testsOf(pool: readonly Evidence[]): readonly GeneratedOutcome[] {
  const byName = new Map<string, GeneratedOutcome>();
  for (const test of pool.flatMap(({ generated = [] }) => generated)) {
    byName.set(JSON.stringify([test.test, test.name]), { ...test, outcome: test.base ?? "failed" });
  }
  return [...byName.values()];
}

const NONE = unavailable("not-run", "the table has none");

/** A candidate is needed if all the others' results don't settle the choice. Base is needed once. */
function leastContainers(
  options: LazyOptions,
  base: OnBase,
  lineOf: (candidate: GroupedCandidate) => Evidence,
): number {
  const { candidates } = options.instance;
  const all = candidates.map((each) => [each, resultOf(lineOf(each), [], SURE)] as const);
  const needed = candidates.filter((each) => {
    const others = new Map(all.filter(([candidate]) => candidate !== each));
    return !settleInstance(options, base, others).settled;
  });
  if (needed.length === 0) return 0;
  return 1 + needed.length;
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

/** What a table says of tests that were not run must not be seen. */
function resultOf({ signals, generated = [] }: Evidence, open: readonly Part[], sureness: Sureness): CandidateResult {
  const verdict = {
    key: "replayed",
    signals: withOpen(signals, open),
    generated: open.includes("reproduction") ? [] : generated,
    details: {},
  };
  return {
    verdict,
    open,
    ...sureness,
    cached: false,
    retriable: false,
    flaky: [],
    newFailures: [],
    without: () => verdict,
  };
}

function instanceOf(pool: readonly Evidence[]): PlannedInstance {
  const [{ instanceId }] = pool as [Evidence];
  const candidates = [...group(pool, (line) => line.candidateId ?? "")].map(
    ([candidateId, lines]): GroupedCandidate => ({
      instanceId,
      candidateId,
      patch: candidateId,
      features: lines[0]?.features ?? NO_FEATURES,
      rolloutIds: lines.map(({ rolloutId }) => rolloutId),
      rawPatches: {},
      dropped: [],
      notes: Object.fromEntries(lines.map(({ rolloutId, features }) => [rolloutId, noteOf(features)])),
    }),
  );
  const rollouts = pool.map(({ rolloutId }) => ({ instanceId, rolloutId, patch: "", input: null }));
  return { task: taskOf(instanceId, pool), candidates, rollouts };
}

function noteOf(features: Evidence["features"]): GroupedCandidate["notes"][string] {
  return { outcome: "source", dropped: [], files: [], problems: [], features: features ?? NO_FEATURES };
}

const NO_FILES = { source: 1, test: 0, "test-configuration": 0, reproduction: 0, generated: 0, binary: 0 };

const NO_FEATURES = { bytes: 1, addedLines: 1, removedLines: 0, files: NO_FILES, tokenHashes: [] };

function taskOf(instanceId: string, pool: readonly Evidence[]): Task {
  const tests = new Map(testsOf(pool).map(({ test, source }) => [test, source]));
  return {
    instanceId,
    repo: null,
    baseCommit: null,
    issue: "",
    version: null,
    environment: { image: null, baseImage: null, repository: null, setup: [], workdir: "/", env: {} },
    regression: { runner: "pytest", command: null, files: [], timeoutSeconds: 1 },
    generated: [...tests].map(([id, source]) => ({
      id,
      path: id,
      content: "",
      runner: "pytest",
      command: null,
      timeoutSeconds: 1,
      ...(source === null ? {} : { source }),
    })),
  };
}
