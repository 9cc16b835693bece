// The selected patches in the form that the SWE-bench harness grades.
import { BestkError } from "../core/errors.js";
import type { InstanceRanking, Prediction } from "../core/schemas.js";

/** Patch text of a rollout; null where it isn't known. */
export type PatchOf = (instanceId: string, rolloutId: string) => string | null;

/**
 * One prediction an instance, in the order of the rankings; an instance without a candidate has none, and an empty
 * patch is a prediction with an empty `model_patch`. Throws BestkError `input` where a selected patch isn't known.
 */
export function predictionsOf(
  rankings: readonly InstanceRanking[],
  patchOf: PatchOf,
  modelName: string,
): readonly Prediction[] {
  return rankings.flatMap(({ instanceId, selected }) => {
    if (selected === null) return [];
    const patch = patchOf(instanceId, selected);
    if (patch === null) {
      throw new BestkError("input", `${instanceId}: the patch of ${selected} is not known, so it can't be written`, {
        hint: "name the files that hold the patches with --patches",
      });
    }
    return [{ instance_id: instanceId, model_name_or_path: modelName, model_patch: patch }];
  });
}
