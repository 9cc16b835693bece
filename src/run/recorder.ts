// Writes what became of each rollout, once, and tells of each candidate that is done.
import type { EvidenceLine } from "../core/schemas.js";
import type { Signal, UnavailableReason } from "../core/signal.js";
import type { Labels, Task } from "../core/types.js";
import type { GroupedCandidate } from "../patch/group.js";
import { labelledLine } from "../tables/labels.js";
import type { Emit } from "./events.js";
import { evidenceLine, isCurrent, type KeyedReward, type KeyedVerdict, NO_REWARD, provenanceOf } from "./evidence.js";
import type { Plan, PlannedInstance, PlannedRollout } from "./plan.js";
import type { Rewards } from "./score.js";
import type { RunDirectory } from "./store.js";

export interface Recorder {
  /** What the reward model said of a rollout. */
  rewardOf(rollout: PlannedRollout): KeyedReward;
  /** Whether an earlier run in this directory left results of tests on the instance. */
  hasVerdicts(instanceId: string): boolean;
  /** Writes a rollout's evidence, unless it is there already and rests on the same results. */
  record(task: Task, candidate: GroupedCandidate | null, rollout: PlannedRollout, verdict: KeyedVerdict): Promise<void>;
  /** The same for each rollout of a candidate. */
  recordAll(
    instance: PlannedInstance,
    candidate: GroupedCandidate,
    verdictFor: (rolloutId: string) => KeyedVerdict,
  ): Promise<void>;
  /** Tells of a candidate, the first time. */
  finished(candidate: GroupedCandidate, verdict: KeyedVerdict, cached: boolean, seconds: number): void;
  /** Removes evidence that isn't this plan's. */
  dropStale(): Promise<void>;
}

export interface RecorderOptions {
  readonly plan: Plan;
  readonly directory: RunDirectory;
  readonly rewards: Rewards;
  readonly labels: Labels;
  readonly emit: Emit;
}

export async function openRecorder({ plan, directory, rewards, labels, emit }: RecorderOptions): Promise<Recorder> {
  const before = new Map((await directory.evidence()).map((line) => [idOf(line), line]));
  const kept = new Map<string, EvidenceLine>();
  const total = plan.instances.reduce((sum, { candidates }) => sum + candidates.length, 0);
  const told = new Set<GroupedCandidate>();
  const verified = new Set([...before.values()].filter(isOfRuns).map(({ instanceId }) => instanceId));
  const rewardOf = ({ instanceId, rolloutId }: PlannedRollout): KeyedReward =>
    rewards.get(instanceId)?.get(rolloutId) ?? NO_REWARD;
  const record: Recorder["record"] = async (task, candidate, rollout, verdict) => {
    const line = labelledLine(evidenceLine(rollout, candidate, verdict, rewardOf(rollout), provenanceOf(task)), labels);
    const id = idOf(line);
    const known = kept.get(id) ?? before.get(id);
    if (known !== undefined && isCurrent(known, line)) {
      kept.set(id, known);
      return;
    }
    kept.set(id, line);
    await directory.appendEvidence(line);
  };
  return {
    rewardOf,
    hasVerdicts: (instanceId) => verified.has(instanceId),
    record,
    recordAll: async ({ task, rollouts }, candidate, verdictFor) => {
      for (const rollout of rollouts) {
        if (!candidate.rolloutIds.includes(rollout.rolloutId)) continue;
        await record(task, candidate, rollout, verdictFor(rollout.rolloutId));
      }
    },
    finished: (candidate, { signals }, cached, seconds) => {
      if (told.has(candidate)) return;
      told.add(candidate);
      const { instanceId, candidateId } = candidate;
      const unavailable = missingOf([signals.regression, signals.reproduction]);
      emit({ type: "candidate", instanceId, candidateId, cached, unavailable, seconds, done: told.size, total });
    },
    dropStale: async () => {
      const isStale = [...before].some(([id, line]) => kept.get(id) !== line);
      const planned = new Set(plan.instances.map(({ task }) => task.instanceId));
      const others = new Set([...before.values()].map(({ instanceId }) => instanceId).filter((id) => !planned.has(id)));
      if (others.size > 0) emit({ type: "warning", message: leftOutOf(others) });
      if (isStale) await directory.keepEvidence([...kept.values()]);
    },
  };
}

/** A run directory's evidence is that of the last command: figures of a part must not pass for those of the whole. */
function leftOutOf(instances: ReadonlySet<string>): string {
  const [first = ""] = instances;
  const more = instances.size > 1 ? `, … (${instances.size} instances)` : "";
  return `the evidence no longer holds ${first}${more}, which this command doesn't ask for; what was measured stays saved, and a command that asks for all brings it back`;
}

/** Results of runs are under a hash; other verdicts have a word for a key. */
export function isOfRuns({ details }: Pick<EvidenceLine, "details">): boolean {
  const key = details?.verdictKey;
  return typeof key === "string" && /^[0-9a-f]{64}$/.test(key);
}

/** Tests of one kind that an instance doesn't have, or that could not matter, are no lack where the other kind says something. */
function missingOf(signals: readonly Signal[]): UnavailableReason | null {
  const reasons = signals.flatMap((signal) => (signal.status === "ok" ? [] : [signal.reason]));
  const isPart = reasons.length < signals.length;
  const missing = reasons.find((reason) => reason !== "no-tests" && !(isPart && reason === "could-not-matter"));
  return missing ?? (reasons.length === signals.length ? "no-tests" : null);
}

function idOf({ instanceId, rolloutId }: Pick<EvidenceLine, "instanceId" | "rolloutId">): string {
  return JSON.stringify([instanceId, rolloutId]);
}
