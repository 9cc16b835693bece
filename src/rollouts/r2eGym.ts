// Reads R2E-Gym's trajectory JSONL: parsed steps, the final patch, and the reward of its hidden tests as the label.
import type { Trajectory } from "../core/types.js";
import { type Adapter, type ParsedRollout, type Probe, RecordError, type RecordUnit } from "./adapter.js";
import { isObject, type Json, kindOf, list, nullableText, objectOf, optionalText } from "./fields.js";
import { trajectoryOfMessages } from "./messages.js";
import { recordUnits } from "./recordUnit.js";

/** A line of `traj/*.jsonl`: `trajectory_steps` (or `history` alone), `docker_image`, `output_patch`, `reward`, `ds`. */
export const r2eGym: Adapter = {
  format: "r2e-gym",
  detect(probe: Probe): RecordUnit | null {
    const found = recordUnits(probe);
    if (found === null) return null;
    const { first } = found;
    const steps = Array.isArray(first.trajectory_steps) || (Array.isArray(first.history) && "output_patch" in first);
    return steps && ("docker_image" in first || "output_patch" in first) ? found.unit : null;
  },
  read(record): readonly ParsedRollout[] {
    const value = objectOf(record.value);
    return [
      {
        instanceId: instanceOf(value),
        id: null,
        patch: optionalText(value.output_patch, "output_patch"),
        trajectory: trajectoryOf(value),
        ...("reward" in value ? { resolved: resolvedOf(value) } : {}),
      },
    ];
  },
};

/** The dataset's id, else what the image is named after (`…sweb.eval.x86_64.<id>`), else the image itself. */
function instanceOf(value: Json): string {
  const dataset = isObject(value.ds) ? value.ds : {};
  if (typeof dataset.instance_id === "string" && dataset.instance_id !== "") return dataset.instance_id;
  const image = nullableText(value.docker_image) ?? nullableText(dataset.docker_image) ?? "";
  if (image === "") throw new RecordError("docker_image", `a non-empty string, got ${kindOf(value.docker_image)}`);
  const named = /sweb\.eval\.[^.]+\.([^:]+)(?::latest)?$/.exec(image)?.[1];
  return named === undefined ? image : named.replace("_1776_", "__");
}

function trajectoryOf(value: Json): Trajectory | null {
  const exitStatus = nullableText(value.exit_reason);
  const listed = list(value.trajectory_steps ?? [], "trajectory_steps");
  const issue = nullableText(value.problem_statement);
  if (listed.length === 0 && Array.isArray(value.history)) {
    const chat = trajectoryOfMessages(value.history, { field: "history", exitStatus });
    if (chat !== null) return { ...chat, issue: issue ?? chat.issue };
  }
  if (listed.length === 0 && issue === null) return null;
  const steps = listed.map((entry, index) => {
    const step = objectOf(entry, `trajectory_steps[${index}]`);
    return {
      thought: nullableText(step.thought) ?? "",
      action: nullableText(step.action) ?? "",
      observation: nullableText(step.observation) ?? "",
    };
  });
  return { issue, steps, exitStatus };
}

/** R2E-Gym's reward is 1 if every expected test passed, else 0; where it was never computed, the label is unknown. */
function resolvedOf({ reward, reward_calc_time: computed }: Json): boolean | null {
  if (computed === null) return null;
  if (typeof reward === "boolean") return reward;
  return reward === 1 ? true : reward === 0 ? false : null;
}
