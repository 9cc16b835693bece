// Evidence as a table for people: each rollout's signals, a reason where there is no value.
import { compareNatural } from "../core/order.js";
import { type EvidenceLine, evidenceLineSchema } from "../core/schemas.js";
import { SIGNAL_NAMES, type Signal } from "../core/signal.js";
import { withoutLabel } from "../tables/labels.js";

export interface EvidenceRows {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The lines without labels, in natural order of instance and rollout: the file is in order of completion. */
  readonly sorted: readonly EvidenceLine[];
}

export function evidenceRows(lines: readonly unknown[]): EvidenceRows {
  const sorted = lines
    .map((line) => evidenceLineSchema.parse(line))
    .map(withoutLabel)
    .sort((a, b) => compareNatural(a.instanceId, b.instanceId) || compareNatural(a.rolloutId, b.rolloutId));
  const rows = sorted.map(({ instanceId, rolloutId, candidateId, signals }) => [
    instanceId,
    rolloutId,
    candidateId === null ? "—" : candidateId.slice(7, 15),
    ...SIGNAL_NAMES.map((name) => showSignal(signals[name])),
  ]);
  return { header: ["instance", "rollout", "candidate", ...SIGNAL_NAMES], rows, sorted };
}

/** A value with at most three decimals, or the reason. */
export function showSignal(signal: Signal | undefined): string {
  if (signal === undefined) return "not-run";
  return signal.status === "ok" ? String(Math.round(signal.value * 1000) / 1000) : signal.reason;
}
