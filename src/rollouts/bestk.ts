// Reads bestk's own JSONL: the form to write when an agent's own format is not known here.
import type { Step, Trajectory } from "../core/types.js";
import { type Adapter, type Probe, RecordError, type RecordUnit } from "./adapter.js";
import { isObject, kindOf, label, list, objectOf, optionalText, text } from "./fields.js";
import { recordUnits } from "./recordUnit.js";

/** Schema name of a record of bestk's own format. */
export const ROLLOUT_SCHEMA = "bestk.rollout/1";

/** `{schema, instanceId, rolloutId?, patch, trajectory: {issue, steps, exitStatus} | null, resolved?}`, one a line. */
export const bestk: Adapter = {
  format: "bestk",
  detect(probe: Probe): RecordUnit | null {
    const found = recordUnits(probe);
    return found?.first.schema === ROLLOUT_SCHEMA ? found.unit : null;
  },
  read(record) {
    const value = objectOf(record.value);
    if (value.schema !== ROLLOUT_SCHEMA)
      throw new RecordError("schema", `"${ROLLOUT_SCHEMA}", got ${shown(value.schema)}`);
    if (value.patch === undefined) throw new RecordError("patch", "a string, or null where it is unknown, got nothing");
    const id = optionalText(value.rolloutId, "rolloutId");
    const resolved = label(value.resolved, "resolved");
    return [
      {
        instanceId: text(value.instanceId, "instanceId"),
        id: id === "" ? null : id,
        patch: optionalText(value.patch, "patch"),
        trajectory: trajectoryOf(value.trajectory),
        ...(resolved === undefined ? {} : { resolved }),
      },
    ];
  },
};

function trajectoryOf(value: unknown): Trajectory | null {
  if (value === undefined || value === null) return null;
  const trajectory = objectOf(value, "trajectory");
  return {
    issue: optionalText(trajectory.issue, "trajectory.issue"),
    steps: list(trajectory.steps, "trajectory.steps").map((step, index) => stepOf(step, `trajectory.steps[${index}]`)),
    exitStatus: optionalText(trajectory.exitStatus, "trajectory.exitStatus"),
  };
}

function stepOf(value: unknown, field: string): Step {
  if (!isObject(value)) throw new RecordError(field, `an object, got ${kindOf(value)}`);
  return {
    thought: optionalText(value.thought, `${field}.thought`) ?? "",
    action: optionalText(value.action, `${field}.action`) ?? "",
    observation: optionalText(value.observation, `${field}.observation`) ?? "",
  };
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : kindOf(value);
}
