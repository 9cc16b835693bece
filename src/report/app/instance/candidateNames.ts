// Short names for candidates: P1, P2 … in the order of the detail, the same in every tab.
import type { CandidateDetail, InstanceDetail } from "../../../core/page.js";

export function nameOf(detail: InstanceDetail, candidateId: string | null): string | null {
  const at = detail.candidates.findIndex((one) => one.candidateId === candidateId);
  return at === -1 ? null : `P${at + 1}`;
}

export function indexNamed(detail: InstanceDetail, name: string | undefined): number | null {
  const at = Number(name?.match(/^P(\d+)$/)?.[1] ?? 0) - 1;
  return at >= 0 && at < detail.candidates.length ? at : null;
}

/** Whether rollouts of this candidate are right: equal patches are equally right; null where no label says. */
export function resolvedOf(detail: InstanceDetail, candidate: CandidateDetail): boolean | null {
  const labels = detail.rows
    .filter(({ candidateId }) => candidateId === candidate.candidateId)
    .map(({ resolved }) => resolved);
  return labels.find((label) => label !== null) ?? null;
}

export function isChosen(detail: InstanceDetail, candidate: CandidateDetail): boolean {
  return detail.rows.some((row) => row.selected && row.candidateId === candidate.candidateId);
}

/** The candidate that was chosen, else the first. */
export function chosenIndex(detail: InstanceDetail): number {
  return Math.max(
    0,
    detail.candidates.findIndex((candidate) => isChosen(detail, candidate)),
  );
}
