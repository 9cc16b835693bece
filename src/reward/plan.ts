// Divides a window among issue, steps and patch: which steps stay, and how long each of their texts may be.

/** Lengths of a step's texts, in whatever unit the budget has; `frame` is what its tags cost. */
export interface StepLengths {
  readonly frame: number;
  readonly thought: number;
  readonly action: number;
  readonly observation: number;
}

export interface Lengths {
  readonly issue: number;
  readonly patch: number;
  readonly steps: readonly StepLengths[];
}

/** How a window is divided; part of a model's folder. */
export interface TruncationSettings {
  /** Share of the window that the issue may always have; more if others leave room. */
  readonly issueShare: number;
  /** The same for the final patch. */
  readonly patchShare: number;
  /** No text of a step is cut below this many tokens while an earlier step could be left out instead. */
  readonly minText: number;
}

export interface Plan {
  readonly issue: number;
  readonly patch: number;
  /** Steps left out, oldest first. */
  readonly dropped: number;
  /** Allowances of the steps that stay. */
  readonly steps: readonly Omit<StepLengths, "frame">[];
}

/**
 * Allowances whose sum, with the frames of the steps that stay, is at most `budget`. The issue and the patch keep their
 * shares; then the longest observations are shortened first, then the longest thoughts and actions, and only then are
 * steps left out, oldest first; the last step always stays if its frame fits. Linear in steps but for one sort.
 */
export function planWindow(lengths: Lengths, budget: number, settings: TruncationSettings): Plan {
  const needed = sum(lengths.steps.map((step) => step.frame + step.thought + step.action + step.observation));
  const reserved = Math.min(needed, Math.floor(budget * (1 - settings.issueShare - settings.patchShare)));
  const free = budget - reserved;
  const issue = Math.min(lengths.issue, Math.max(Math.floor(settings.issueShare * budget), free - lengths.patch));
  const patch = Math.min(lengths.patch, free - issue);
  return { issue, patch, ...planSteps(lengths.steps, budget - issue - patch, settings.minText) };
}

/** The largest L with Σ min(length, L) ≤ budget; Infinity where all of it fits. */
export function levelOf(lengths: readonly number[], budget: number): number {
  if (sum(lengths) <= budget) return Number.POSITIVE_INFINITY;
  const sorted = [...lengths].sort((a, b) => a - b);
  let left = budget;
  for (const [index, length] of sorted.entries()) {
    const share = Math.floor(left / (sorted.length - index));
    if (length > share) return Math.max(0, share);
    left -= length;
  }
  return Number.POSITIVE_INFINITY;
}

function planSteps(steps: readonly StepLengths[], budget: number, minText: number): Pick<Plan, "dropped" | "steps"> {
  const kept = steps.slice(droppedCount(steps, budget, minText));
  const room = budget - sum(kept.map((step) => step.frame));
  if (room < 0) return { dropped: steps.length, steps: [] };
  const observations = kept.map((step) => step.observation);
  const spoken = kept.flatMap((step) => [step.thought, step.action]);
  const least = sum(observations.map((length) => Math.min(length, minText)));
  const spokenLevel = levelOf(spoken, Math.max(room - least, Math.floor(room / 2)));
  const spokenSum = sum(spoken.map((length) => Math.min(length, spokenLevel)));
  const observationLevel = levelOf(observations, room - spokenSum);
  return {
    dropped: steps.length - kept.length,
    steps: kept.map((step) => ({
      thought: Math.min(step.thought, spokenLevel),
      action: Math.min(step.action, spokenLevel),
      observation: Math.min(step.observation, observationLevel),
    })),
  };
}

/** How many of the oldest steps must go so that each of the others can have its minimum; never the last one. */
function droppedCount(steps: readonly StepLengths[], budget: number, minText: number): number {
  let used = 0;
  for (let index = steps.length - 1; index >= 0; index--) {
    const step = steps[index] as StepLengths;
    const texts = [step.thought, step.action, step.observation];
    used += step.frame + sum(texts.map((length) => Math.min(length, minText)));
    if (used > budget) return Math.min(index + 1, steps.length - 1);
  }
  return 0;
}

function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
