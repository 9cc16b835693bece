// Which agent writes which format where; adding an agent to the suites is one entry here.
import type { Slot } from "../author.js";
import { type Finished, shellCommand, shellSaw } from "./calls.js";
import { miniV1, miniV2 } from "./miniSweAgent.js";
import { openHands } from "./openHands.js";
import { r2eGym } from "./r2eGym.js";
import { sweAgent } from "./sweAgent.js";

/** One agent: where its records go, under which id they load, and how one is written. */
export interface Scaffold {
  readonly path: (instanceId: string) => string;
  readonly rolloutId: (instanceId: string) => string;
  /** `file`: one JSON document an instance; `lines`: a JSONL file for all of them. */
  readonly unit: "file" | "lines";
  readonly write: (rollout: Finished) => unknown;
}

export const SCAFFOLDS: Readonly<Record<Slot, Scaffold>> = {
  sa1: file((id) => `swe-agent/run-1/${id}/${id}.traj`, sweAgent),
  sa2: file((id) => `swe-agent/run-2/${id}/${id}.traj`, sweAgent),
  mini1: file((id) => `mini-swe-agent/run-1/${id}/${id}.traj.json`, miniV1),
  mini2: file((id) => `mini-swe-agent/run-2/${id}/${id}.traj.json`, miniV2),
  oh: lines("openhands/output.jsonl", null, openHands),
  r2e: lines("r2e-gym/trajectories.jsonl", null, r2eGym),
  own: lines("bestk/rollouts.jsonl", "plain-loop", own),
  pred: lines("predictions/preds.jsonl", "one-shot", prediction),
};

function file(path: (id: string) => string, write: (rollout: Finished) => unknown): Scaffold {
  return { path, rolloutId: path, unit: "file", write };
}

function lines(path: string, id: string | null, write: (rollout: Finished) => unknown): Scaffold {
  return { path: () => path, rolloutId: () => id ?? path, unit: "lines", write };
}

function own({ instance, playback, done, resolved }: Finished): unknown {
  const steps = playback.played.map((played) => ({
    thought: played.act.thought,
    action: shellCommand(played),
    observation: played.act.kind === "edit" ? "edited" : shellSaw(played),
  }));
  steps.push({ thought: done, action: "submit", observation: "" });
  return {
    schema: "bestk.rollout/1",
    instanceId: instance.id,
    rolloutId: "plain-loop",
    patch: playback.patch,
    trajectory: { issue: instance.issue, steps, exitStatus: "submitted" },
    resolved,
  };
}

function prediction({ instance, playback }: Finished): unknown {
  return { instance_id: instance.id, model_name_or_path: "one-shot", model_patch: playback.patch };
}
