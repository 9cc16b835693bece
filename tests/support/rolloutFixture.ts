// Reads a fixture folder the way every verb does, through detection, so that a test sees what a person would.
import { fileURLToPath } from "node:url";
import type { FormatName } from "../../src/rollouts/adapter.js";
import { type FoundRollout, type Problem, readRollouts } from "../../src/rollouts/read.js";

export interface Read {
  /** Format by file, relative to the fixture folder. */
  readonly formats: Readonly<Record<string, FormatName | null>>;
  /** Rollouts with their labels, by `instance / id`. */
  readonly rollouts: Readonly<Record<string, FoundRollout & { readonly label: boolean | null | undefined }>>;
  readonly problems: readonly Problem[];
}

/** Everything in `tests/fixtures/rollouts/<path>`, or in the file or folder that an absolute path names. */
export async function readFixture(path: string): Promise<Read> {
  const root = path.startsWith("/") ? path : fileURLToPath(new URL(`../fixtures/rollouts/${path}`, import.meta.url));
  const formats: Record<string, FormatName | null> = {};
  const rollouts: Record<string, FoundRollout & { label: boolean | null | undefined }> = {};
  const problems: Problem[] = [];
  for await (const event of readRollouts([root], { signal: new AbortController().signal })) {
    if (event.type === "file") formats[event.source.relativePath] = event.format;
    else if (event.type === "problem") problems.push(event.problem);
    else if (event.type === "rollout") {
      const { instanceId, baseId } = event.rollout;
      rollouts[`${instanceId} / ${baseId}`] = { ...event.rollout, label: event.label };
    }
  }
  return { formats, rollouts, problems };
}

/** Labels by `instance / id`; undefined where the record carries none. */
export function labelsOf(read: Read): Record<string, boolean | null | undefined> {
  return Object.fromEntries(Object.entries(read.rollouts).map(([name, { label }]) => [name, label]));
}

/** Thought, action and observation of each step as one string a step. */
export function stepsOf(read: Read, name: string): readonly string[] {
  const steps = read.rollouts[name]?.trajectory?.steps ?? [];
  return steps.map(({ thought, action, observation }) => `${thought} | ${action} | ${observation}`);
}
