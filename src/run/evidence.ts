// Joins the verdict on a candidate and the reward of a rollout into lines of evidence, each with the keys it rests on.
import type { EvidenceLine } from "../core/schemas.js";
import { type Signal, unavailable } from "../core/signal.js";
import type { GroupedCandidate } from "../patch/group.js";
import type { ExecutionVerdict } from "../verify/execution.js";
import type { PlannedRollout } from "./plan.js";

/** A verdict with the key of all that decides it; null key: not a result (infra), so it is tried again next time. */
export interface KeyedVerdict {
  readonly key: string | null;
  readonly signals: ExecutionVerdict["signals"];
  readonly details: Readonly<Record<string, unknown>>;
}

export interface KeyedReward {
  readonly key: string | null;
  readonly signal: Signal;
}

export const NO_REWARD: KeyedReward = { key: null, signal: unavailable("not-run", "no reward model was run") };

export function evidenceLine(
  rollout: PlannedRollout,
  candidate: GroupedCandidate | null,
  verdict: KeyedVerdict,
  reward: KeyedReward,
): EvidenceLine {
  return {
    schema: "bestk.evidence/1",
    instanceId: rollout.instanceId,
    rolloutId: rollout.rolloutId,
    candidateId: candidate?.candidateId ?? null,
    signals: { ...verdict.signals, reward: reward.signal },
    ...(candidate === null
      ? {}
      : { features: { ...candidate.features, tokenHashes: [...candidate.features.tokenHashes] } }),
    details: { verdictKey: verdict.key, rewardKey: reward.key, ...verdict.details },
  };
}

/** The line rests on exactly these results, so nothing of it has to be done again. */
export function restsOn(line: EvidenceLine, verdict: KeyedVerdict, reward: KeyedReward): boolean {
  const { verdictKey, rewardKey } = line.details ?? {};
  return verdict.key !== null && verdictKey === verdict.key && rewardKey === reward.key;
}

/** A verdict as evidence keeps it: figures, not raw runs (those are in the logs). */
export function detailsOf(verdict: ExecutionVerdict): Readonly<Record<string, unknown>> {
  const { applied, regression, reproduction } = verdict;
  return { applied, regression, reproduction };
}
