// What selectors may ask of a rollout's patch: is there one to submit, and is it known to be empty?
import type { Evidence } from "../core/schemas.js";
import { SIGNAL_NAMES, type UnavailableReason } from "../core/signal.js";

/** Candidate id of a normalised patch without a byte: sha256 of nothing. */
export const EMPTY_CANDIDATE = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/**
 * False only where evidence says that the rollout left no patch behind. A table from elsewhere names no candidates
 * at all (`candidateId` null everywhere): there the rollout itself stands for its candidate, and can be selected.
 */
export function hasCandidate(evidence: Evidence): boolean {
  return evidence.candidateId !== null || !hasReason(evidence, "no-patch");
}

/** True where the patch is known, and known to change no source file. */
export function isEmptyPatch(evidence: Evidence): boolean {
  return (
    evidence.candidateId === EMPTY_CANDIDATE || evidence.features?.bytes === 0 || hasReason(evidence, "empty-patch")
  );
}

function hasReason(evidence: Evidence, reason: UnavailableReason): boolean {
  return SIGNAL_NAMES.some((name) => {
    const signal = evidence.signals[name];
    return signal.status === "unavailable" && signal.reason === reason;
  });
}
