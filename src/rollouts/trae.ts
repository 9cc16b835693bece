// Reads Trae's patch selection input (a list of patches an instance) and the trajectories of trae-agent.
import { type Adapter, type ParsedRollout, type Probe, RecordError, type RecordUnit } from "./adapter.js";
import { kindOf, list, objectOf, text } from "./fields.js";
import { recordUnits } from "./recordUnit.js";
import { isTraeTrajectory, readTraeTrajectory } from "./traeTrajectory.js";

/** `{instance_id, issue, patches[], success_id[]?, regressions[]?}`; a rollout's id is its place in `patches`. */
export const trae: Adapter = {
  format: "trae",
  detect(probe: Probe): RecordUnit | null {
    const found = recordUnits(probe);
    if (found === null) return null;
    const { first } = found;
    if (probe.shape === "object" && isTraeTrajectory(first)) return "document";
    const ours =
      "instance_id" in first &&
      Array.isArray(first.patches) &&
      first.patches.every((patch) => typeof patch === "string" || patch === null) &&
      ["issue", "success_id", "regressions"].some((field) => field in first);
    return ours ? found.unit : null;
  },
  read(record, source): readonly ParsedRollout[] | Promise<readonly ParsedRollout[]> {
    const value = objectOf(record.value);
    if (isTraeTrajectory(value)) return readTraeTrajectory(value, source);
    const instanceId = text(value.instance_id, "instance_id");
    const patches = list(value.patches, "patches");
    const labels = "success_id" in value ? labelsOf(value.success_id, patches.length) : null;
    return patches.map((patch, index) => {
      if (patch !== null && typeof patch !== "string") {
        throw new RecordError(`patches[${index}]`, `a patch (a string) or null, got ${kindOf(patch)}`);
      }
      const resolved = labels === null ? {} : { resolved: labels[index] ?? null };
      return { instanceId, id: String(index), patch, trajectory: null, ...resolved };
    });
  },
};

/** `success_id` holds 1 or 0 per patch, in order. A list of another length can't be matched to patches: unknown. */
function labelsOf(value: unknown, count: number): readonly (boolean | null)[] {
  if (!Array.isArray(value) || value.length !== count) return [];
  return value.map((entry) => (entry === 1 || entry === true ? true : entry === 0 || entry === false ? false : null));
}
