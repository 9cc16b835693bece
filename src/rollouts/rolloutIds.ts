// Final ids of rollouts: repeats with equal content are one, unequal ones tell themselves apart by their content.
import type { Labels } from "../core/types.js";

/** What decides the id of a rollout. */
export interface RolloutKey {
  readonly instanceId: string;
  /** The id by the rule of its format, before repeats are told apart. */
  readonly baseId: string;
  /** Hex hash of instance, patch and trajectory; no file name goes into it. */
  readonly contentHash: string;
}

/**
 * Final ids, parallel to the keys. Equal (instance, id, content) get one id: the caller keeps one of them. Where contents
 * differ, each of them gets `~` and the first 8 hex digits of its hash, so that no order of the input decides.
 */
export function assignRolloutIds(keys: readonly RolloutKey[]): readonly string[] {
  const contents = new Map<string, Set<string>>();
  for (const key of keys) {
    const group = groupOf(key);
    const hashes = contents.get(group) ?? new Set();
    contents.set(group, hashes.add(key.contentHash));
  }
  return keys.map((key) => {
    const repeated = (contents.get(groupOf(key))?.size ?? 0) > 1;
    return repeated ? `${key.baseId}~${key.contentHash.slice(0, 8)}` : key.baseId;
  });
}

/** A rollout's final id and the label its record carried (undefined: none). */
export interface LabelledId {
  readonly instanceId: string;
  readonly rolloutId: string;
  readonly label: boolean | null | undefined;
}

/** Labels by final id. Records of one rollout that disagree give null: unknown, whatever their order. */
export function collectLabels(ids: readonly LabelledId[]): Labels {
  const labels = new Map<string, Map<string, boolean | null>>();
  const disputed = new Set<string>();
  for (const { instanceId, rolloutId, label } of ids) {
    if (label === undefined) continue;
    const ofInstance = labels.get(instanceId) ?? new Map<string, boolean | null>();
    labels.set(instanceId, ofInstance);
    const known = ofInstance.get(rolloutId) ?? null;
    const name = JSON.stringify([instanceId, rolloutId]);
    if (known !== null && label !== null && known !== label) disputed.add(name);
    ofInstance.set(rolloutId, disputed.has(name) ? null : (label ?? known));
  }
  return labels;
}

function groupOf(key: RolloutKey): string {
  return JSON.stringify([key.instanceId, key.baseId]);
}
