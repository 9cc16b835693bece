// Which rollouts are the same candidate: those whose normalised patches are equal, whatever order they came in.
import { BestkError } from "../core/errors.js";
import { sha256 } from "../core/hash.js";
import { compareCodeUnits, compareNatural } from "../core/order.js";
import type { Candidate, Rollout } from "../core/types.js";
import { type DroppedFile, type NormalizedPatch, normalizePatch } from "./normalise.js";

/** A candidate with what `candidates.jsonl` keeps of it. */
export interface GroupedCandidate extends Candidate {
  /** Raw text by rollout id. */
  readonly rawPatches: Readonly<Record<string, string>>;
  /** Files that any of the raw patches touches and the normalised one doesn't, by path. */
  readonly dropped: readonly DroppedFile[];
  /** What normalising said of each raw patch, by rollout id, without the patch itself. */
  readonly notes: Readonly<Record<string, Omit<NormalizedPatch, "patch">>>;
}

/** `sha256:<hex>` of a normalised patch. */
export function candidateIdOf(patch: string): string {
  return `sha256:${sha256(patch)}`;
}

/**
 * Candidates of all instances, by instance, then by their first rollout, in natural order. A rollout without a patch
 * (null) belongs to none. Features are those of the candidate's first rollout. Throws BestkError `input` where one
 * rollout id of an instance comes with two different patches.
 */
export function groupCandidates(
  rollouts: readonly Pick<Rollout, "instanceId" | "rolloutId" | "patch">[],
): readonly GroupedCandidate[] {
  const groups = new Map<string, Map<string, string>>();
  const seen = new Map<string, string>();
  const normalised = new Map<string, NormalizedPatch>();
  for (const { instanceId, rolloutId, patch: raw } of rollouts) {
    if (raw === null) continue;
    const name = JSON.stringify([instanceId, rolloutId]);
    if ((seen.get(name) ?? raw) !== raw) {
      throw new BestkError("input", `${instanceId}: rollout ${rolloutId} comes with two different patches`, {
        hint: "give every rollout of an instance an id of its own",
      });
    }
    seen.set(name, raw);
    const { patch } = cached(normalised, raw);
    const key = JSON.stringify([instanceId, candidateIdOf(patch)]);
    const members = groups.get(key) ?? new Map<string, string>();
    groups.set(key, members.set(rolloutId, raw));
  }
  return [...groups]
    .map(([key, members]) => candidateOf((JSON.parse(key) as [string, string])[0], members, normalised))
    .sort((a, b) => compareNatural(a.instanceId, b.instanceId) || compareNatural(firstOf(a), firstOf(b)));
}

function candidateOf(
  instanceId: string,
  members: ReadonlyMap<string, string>,
  normalised: Map<string, NormalizedPatch>,
): GroupedCandidate {
  const rolloutIds = [...members.keys()].sort(compareNatural);
  const all = rolloutIds.map((id) => cached(normalised, members.get(id) as string));
  const { patch, features } = all[0] as NormalizedPatch;
  return {
    instanceId,
    candidateId: candidateIdOf(patch),
    patch,
    features,
    rolloutIds,
    rawPatches: Object.fromEntries(rolloutIds.map((id) => [id, members.get(id) as string])),
    dropped: unionOf(all),
    notes: Object.fromEntries(
      rolloutIds.map((id, i) => {
        const { patch: _, ...note } = all[i] as NormalizedPatch;
        return [id, note];
      }),
    ),
  };
}

function unionOf(all: readonly NormalizedPatch[]): readonly DroppedFile[] {
  const byKey = new Map(
    all.flatMap(({ dropped }) => dropped.map((file) => [JSON.stringify([file.path, file.kind, file.reason]), file])),
  );
  return [...byKey].sort(([a], [b]) => compareCodeUnits(a, b)).map(([, file]) => file);
}

function cached(normalised: Map<string, NormalizedPatch>, raw: string): NormalizedPatch {
  const known = normalised.get(raw) ?? normalizePatch(raw);
  normalised.set(raw, known);
  return known;
}

function firstOf({ rolloutIds }: Candidate): string {
  return rolloutIds[0] as string;
}
