// Writes what the trainer reads: one JSON line a labelled rollout, with features computed by the code that scores.
// node --import tsx models/train/features.ts TRAJECTORIES_FOLDER OUT.jsonl
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { computeFeatures, FEATURES, type FeatureName } from "../../src/reward/features.js";
import { EVALUATION_SETS, OPTIMISTIC_SETS, readRows, TRAINING_SETS } from "./rows.js";

const NAMES = Object.keys(FEATURES) as FeatureName[];

async function main(folder: string, out: string): Promise<void> {
  mkdirSync(dirname(out), { recursive: true });
  const file = openSync(out, "w");
  const write = (value: unknown): number => writeSync(file, `${JSON.stringify(value)}\n`);
  write({ features: NAMES });
  const roles = { train: TRAINING_SETS, optimistic: OPTIMISTIC_SETS, evaluate: EVALUATION_SETS };
  for (const [role, sets] of Object.entries(roles)) {
    for (const set of sets) {
      for (const row of await readRows(folder, set)) {
        // An empty patch gets no score (`empty-patch`), so there is nothing to learn from it.
        if (row.patch?.trim() === "") continue;
        const { instanceId, run, resolved, trajectory, patch } = row;
        const features = computeFeatures(NAMES, { issue: trajectory.issue ?? "", trajectory, patch });
        const chars = trajectory.steps.reduce(
          (total, step) => total + step.thought.length + step.action.length + step.observation.length,
          0,
        );
        const baseline = { steps: trajectory.steps.length, chars, patchChars: patch?.length ?? null };
        write({ role, set, run, instanceId, resolved, baseline, features });
      }
    }
  }
  closeSync(file);
}

const [folder, out] = process.argv.slice(2);
if (folder === undefined || out === undefined) throw new Error("usage: features.ts TRAJECTORIES OUT.jsonl");
await main(folder, out);
