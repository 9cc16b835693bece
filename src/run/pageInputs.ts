// What a run keeps so that its report is whole: issues, trajectories and what the reward model read; no ground truth.
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../core/hash.js";
import { writeAtomic } from "../core/io.js";
import type { Transcript } from "../core/page.js";
import type { KeptRolloutLine, KeptTaskLine, KeptText } from "../core/schemas/page.js";
import type { Trajectory } from "../core/types.js";
import { packed } from "../report/page/pack.js";
import type { Plan } from "./plan.js";
import type { RunDirectory } from "./store.js";

/** Texts of a rollout; null where it has none. */
export interface KeptRollout {
  /** A `Transcript` as JSON. */
  readonly trajectory: KeptText | null;
  /** Exactly what the reward model read, or its table of features. Kept, not made again: it is small, and a model may be gone. */
  readonly modelInput: KeptText | null;
}

export const TEXTS_FOLDER = "texts";

/** Keeps a trajectory and what was read of it; what is there already is not written again. */
export async function keepRollout(
  runPath: string,
  trajectory: Trajectory | null,
  modelInput: string | null,
): Promise<KeptRollout> {
  return {
    trajectory: trajectory === null ? null : await keepText(runPath, JSON.stringify(transcriptOf(trajectory))),
    modelInput: modelInput === null ? null : await keepText(runPath, modelInput),
  };
}

/** Without the issue, which an instance has once. */
function transcriptOf({ exitStatus, steps }: Trajectory): Transcript {
  return { exitStatus, steps: steps.map(({ thought, action, observation }) => ({ thought, action, observation })) };
}

async function keepText(runPath: string, text: string): Promise<KeptText> {
  const hash = sha256(text);
  const path = textPath(runPath, hash);
  if ((await stat(path).catch(() => null)) === null) {
    await mkdir(join(runPath, TEXTS_FOLDER), { recursive: true });
    await writeAtomic(path, await packed(text));
  }
  return { sha256: hash, bytes: Buffer.byteLength(text) };
}

export function textPath(runPath: string, hash: string): string {
  return join(runPath, TEXTS_FOLDER, `${hash}.gz`);
}

/** Writes `tasks.jsonl` and `rollouts.jsonl` of a plan. */
export async function writePageInputs(directory: RunDirectory, plan: Plan): Promise<void> {
  const tasks = plan.instances.map(({ task: { instanceId, repo, baseCommit, version, issue } }): KeptTaskLine => {
    return { schema: "bestk.task/1", instanceId, repo, baseCommit, version, issue };
  });
  const rollouts = plan.instances.flatMap((instance) =>
    instance.rollouts.map(({ instanceId, rolloutId, kept: own }): KeptRolloutLine => {
      const { trajectory = null, modelInput = null } = own ?? {};
      return { schema: "bestk.kept-rollout/1", instanceId, rolloutId, trajectory, modelInput };
    }),
  );
  await directory.write("tasks.jsonl", linesOf(tasks));
  await directory.write("rollouts.jsonl", linesOf(rollouts));
}

function linesOf(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}
