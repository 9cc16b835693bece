// Gathers events into steps: scaffolds log actions and results apart, and one assistant turn may hold several calls.
import type { Step, Trajectory } from "../core/types.js";

export interface TurnEntry {
  readonly thought: string;
  readonly action: string;
  /** Names the answer of the model that this action came from: entries with an equal one in a row are one turn. */
  readonly turn?: string | null;
  /** Name under which results refer to this action. */
  readonly key?: string | null;
}

export interface StepLog {
  /** An action of the agent. Opens a step, or joins the last one if both come from one answer of the model. */
  act(entry: TurnEntry): void;
  /** What came of the action with this key, or of the last one. Dropped before the first action. */
  observe(text: string, key?: string | null): void;
  /** What a user said: the issue at first, later an observation. */
  say(text: string): void;
  readonly steps: readonly Step[];
  /** Null where nothing was said and nothing done. */
  trajectory(exitStatus?: string | null): Trajectory | null;
}

export function stepLog(): StepLog {
  const steps: Step[] = [];
  const stepOf = new Map<string, number>();
  let issue: string | null = null;
  let turn: string | null = null;
  const edit = (at: number, change: (step: Step) => Partial<Step>): void => {
    const step = steps[at];
    if (step !== undefined) steps[at] = { ...step, ...change(step) };
  };
  const observe = (text: string, key: string | null = null): void => {
    const at = (key === null ? undefined : stepOf.get(key)) ?? steps.length - 1;
    if (text !== "") edit(at, ({ observation }) => ({ observation: joined(observation, text) }));
  };
  return {
    steps,
    observe,
    act(entry) {
      const same = entry.turn != null && entry.turn === turn && steps.length > 0;
      if (same) edit(steps.length - 1, (step) => merged(step, entry));
      else steps.push({ thought: entry.thought.trim(), action: entry.action, observation: "" });
      turn = entry.turn ?? null;
      if (entry.key != null) stepOf.set(entry.key, steps.length - 1);
    },
    say(text) {
      if (issue === null && steps.length === 0) issue = text;
      else if (steps.length > 0) observe(text);
    },
    trajectory: (exitStatus = null) =>
      issue === null && steps.length === 0 ? null : { issue, steps: [...steps], exitStatus },
  };
}

/** The calls of one answer share its text, so a thought that repeats is kept once. */
function merged(step: Step, entry: TurnEntry): Partial<Step> {
  const thought = entry.thought.trim();
  return {
    thought: step.thought.includes(thought) ? step.thought : joined(step.thought, thought),
    action: joined(step.action, entry.action),
  };
}

function joined(before: string, text: string): string {
  return before === "" || text === "" ? before + text : `${before}\n${text}`;
}
