// What a run has to do: which instances, which distinct candidates, which rollouts each verdict is for.
import { group } from "d3-array";
import { BestkError } from "../core/errors.js";
import type { Task } from "../core/types.js";
import { type GroupedCandidate, groupCandidates } from "../patch/group.js";
import type { PreparedInput } from "../reward/model.js";
import { type InstanceFilter, onlyOf } from "./filter.js";
import type { KeptRollout } from "./pageInputs.js";

/** A rollout reduced to what a run needs: its patch and, for the reward model, its bounded input. */
export interface PlannedRollout {
  readonly instanceId: string;
  readonly rolloutId: string;
  readonly patch: string | null;
  /** null where no reward model is used. */
  readonly input: PreparedInput | null;
  /** Where its texts are kept for the report; absent where the run keeps none. */
  readonly kept?: KeptRollout;
}

export interface PlannedInstance {
  readonly task: Task;
  /** Distinct normalised patches. Rollouts without a known patch are in none. */
  readonly candidates: readonly GroupedCandidate[];
  readonly rollouts: readonly PlannedRollout[];
}

export interface Plan {
  /** In natural order of instance id; only those that have a rollout. */
  readonly instances: readonly PlannedInstance[];
  /** Instances that have rollouts and no record: they are left out, and said. */
  readonly unknownInstances: readonly string[];
}

/** Throws BestkError `input` where no rollout belongs to a given instance, `usage` for an unknown `only`. */
export function makePlan(
  tasks: readonly Task[],
  rollouts: readonly PlannedRollout[],
  filter: InstanceFilter = {},
): Plan {
  const byInstance = group(rollouts, ({ instanceId }) => instanceId);
  const taskIds = tasks.map(({ instanceId }) => instanceId);
  const withRollouts = tasks.filter(({ instanceId }) => byInstance.has(instanceId));
  if (withRollouts.length === 0) {
    throw new BestkError(
      "input",
      `none of the ${rollouts.length} rollouts belongs to one of the ${tasks.length} instances`,
      {
        hint: `instance ids must match: rollouts have ${[...byInstance.keys()].slice(0, 3).join(", ") || "none"}; instances have ${taskIds.slice(0, 3).join(", ")}`,
      },
    );
  }
  const wanted = onlyOf(withRollouts, filter);
  const known = new Set(taskIds);
  return {
    instances: wanted.map((task) => planInstance(task, byInstance.get(task.instanceId) ?? [])),
    unknownInstances: [...byInstance.keys()].filter((id) => !known.has(id)).sort(),
  };
}

function planInstance(task: Task, rollouts: readonly PlannedRollout[]): PlannedInstance {
  return { task, candidates: groupCandidates(rollouts), rollouts };
}
