// What was understood of each file, for people and for scripts: counts and problems, without any rollout kept.
import type { FormatName } from "./adapter.js";
import { type Problem, type ReadOptions, readRollouts } from "./read.js";

/** `bestk.inspect/1`: one line a file. */
export interface InspectLine {
  readonly schema: "bestk.inspect/1";
  readonly file: string;
  /** null: no adapter takes the file, and the one problem says why. */
  readonly format: FormatName | null;
  readonly rollouts: number;
  /** Distinct, in order of appearance. */
  readonly instances: readonly string[];
  /** Turns of the agent, over all rollouts of the file. */
  readonly steps: number;
  /** Rollouts with a patch that is not blank. */
  readonly patches: number;
  /** Rollouts whose patch is there, but blank. */
  readonly emptyPatches: number;
  readonly problems: readonly InspectProblem[];
}

export type InspectProblem = Omit<Problem, "file">;

export interface InspectOptions extends ReadOptions {
  /** Counts rollouts of these instances alone; files that hold none of them are left out, save those with problems. */
  readonly only?: ReadonlySet<string>;
}

/** One line for each file that the arguments name, in natural order of paths. Throws BestkError `input` for an argument that names nothing. */
export async function* inspectFiles(args: readonly string[], options: InspectOptions): AsyncGenerator<InspectLine> {
  let tally = emptyTally();
  for await (const event of readRollouts(args, options)) {
    if (event.type === "file") tally = { ...emptyTally(), file: event.source.file, format: event.format };
    else if (event.type === "rollout") {
      if (options.only?.has(event.rollout.instanceId) ?? true) count(tally, event.rollout);
    } else if (event.type === "problem") tally.problems.push(withoutFile(event.problem));
    else if (options.only === undefined || tally.rollouts > 0 || tally.problems.length > 0) {
      yield { schema: "bestk.inspect/1", ...tally, instances: [...tally.instances] };
    }
  }
}

interface Tally {
  file: string;
  format: FormatName | null;
  rollouts: number;
  instances: Set<string>;
  steps: number;
  patches: number;
  emptyPatches: number;
  problems: InspectProblem[];
}

function emptyTally(): Tally {
  return {
    file: "",
    format: null,
    rollouts: 0,
    instances: new Set(),
    steps: 0,
    patches: 0,
    emptyPatches: 0,
    problems: [],
  };
}

function count(
  tally: Tally,
  rollout: { instanceId: string; patch: string | null; trajectory: { steps: readonly unknown[] } | null },
): void {
  tally.rollouts += 1;
  tally.instances.add(rollout.instanceId);
  tally.steps += rollout.trajectory?.steps.length ?? 0;
  if (rollout.patch === null) return;
  if (rollout.patch.trim() === "") tally.emptyPatches += 1;
  else tally.patches += 1;
}

function withoutFile({ line, field, expected, message }: Problem): InspectProblem {
  return { line, field, expected, message };
}
