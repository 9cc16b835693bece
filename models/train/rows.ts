// Reads the labelled trajectories that the shipped model is trained and checked on, as plain rows.
import { basename, join } from "node:path";
import { contentHash } from "../../src/core/hash.js";
import { readLines } from "../../src/core/io.js";
import type { Trajectory } from "../../src/core/types.js";
import { normalised } from "../../src/rollouts/normalised.js";

export interface Row {
  /** File that the row is from. */
  readonly set: string;
  /** Which agent run within it. */
  readonly run: string;
  readonly instanceId: string;
  readonly resolved: boolean;
  readonly patch: string | null;
  readonly trajectory: Trajectory;
}

/** Sets whose licence (MIT) lets a model trained on them ship. */
export const TRAINING_SETS = ["moatless_lite", "miniswe_gemini3_verified", "openhands_verified50"] as const;

/** MIT too, but its labels are its authors' own and optimistic: used only to measure whether it helps. */
export const OPTIMISTIC_SETS = ["vorflux_verified"] as const;

/** Licence unstated, AGPL or non-commercial: figures are computed on them, no weight ever is. */
export const EVALUATION_SETS = [
  "acr_lite5",
  "sweagent_gpt4_lite3",
  "coder_lite",
  "openhands_claude35_verified",
  "openhands_toolsclaude_simiao",
  "sweagent_java_mswe",
] as const;

/** A run whose every patch is "" (its source had none) says nothing about patches: they are unknown, not empty. */
const RUNS_WITHOUT_PATCHES = new Set(["20241117_moatless_claude_3_5_sonnet_20241022"]);

/**
 * Labelled rows of one set; rows without a label or a trajectory are left out. Rows of an instance with the same steps
 * and patch are one, and none where their labels differ: two runs of moatless_lite are the same 200 rollouts, 25 of them
 * with the other label.
 */
export async function readRows(folder: string, set: string): Promise<Row[]> {
  const byContent = new Map<string, Row[]>();
  for await (const row of readLabelled(folder, set)) {
    const key = contentHash([row.instanceId, row.trajectory.steps, row.patch]);
    byContent.set(key, [...(byContent.get(key) ?? []), row]);
  }
  return [...byContent.values()].flatMap((same) =>
    same.every((row) => row.resolved === same[0]?.resolved) ? same.slice(0, 1) : [],
  );
}

async function* readLabelled(folder: string, set: string): AsyncGenerator<Row> {
  const file = join(folder, `${basename(set)}.jsonl.gz`);
  const source = { file, relativePath: basename(file), sibling: async () => null, names: async () => [] };
  for await (const line of readLines(file)) {
    const value = JSON.parse(line.text) as { readonly run: string };
    for (const rollout of await normalised.read({ value, line: line.number, key: null }, source)) {
      const { instanceId, resolved, trajectory } = rollout;
      if (typeof resolved !== "boolean" || trajectory === null || trajectory.steps.length === 0) continue;
      const patch = RUNS_WITHOUT_PATCHES.has(value.run) ? null : rollout.patch;
      yield { set, run: value.run, instanceId, resolved, patch, trajectory };
    }
  }
}
