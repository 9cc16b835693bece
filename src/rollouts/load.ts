// Loads rollouts for the verbs: ids made final, repeats merged, labels moved into a map of their own.
import { BestkError } from "../core/errors.js";
import { compareNatural } from "../core/order.js";
import type { Labels, Rollout } from "../core/types.js";
import type { FormatName } from "./adapter.js";
import { type Problem, type ReadOptions, readRollouts } from "./read.js";
import { assignRolloutIds, collectLabels, type RolloutKey } from "./rolloutIds.js";

export interface LoadOptions extends ReadOptions {
  /** Leave out records that can't be read instead of stopping at the first one. */
  readonly skipBad?: boolean;
  /** Keep these instances only. */
  readonly only?: ReadonlySet<string>;
}

/** A file that rollouts came from, or (`format` null) that was passed over in a folder, with the reason. */
export interface LoadedFile {
  readonly file: string;
  readonly format: FormatName | null;
  readonly rollouts: number;
  readonly reason: string | null;
}

export interface Loaded<T> {
  /** By instance, then rollout id, both in natural order. */
  readonly rollouts: readonly T[];
  /** Ground truth by final ids: for study/, grade/ and report/ alone. */
  readonly labels: Labels;
  /** Records left out (`skipBad`). */
  readonly problems: readonly Problem[];
  readonly files: readonly LoadedFile[];
}

/**
 * All rollouts that the arguments name, held whole. Throws BestkError `input` for an argument that names nothing, a file
 * named directly whose format is unknown, a record that can't be read (unless `skipBad`), or no rollouts at all.
 */
export function loadRollouts(args: readonly string[], options: LoadOptions): Promise<Loaded<Rollout>> {
  return loadRolloutsAs(args, options, ({ patch, trajectory }) => ({ patch, trajectory }));
}

/** Like `loadRollouts`, but keeps of each rollout only what `project` makes of it: trajectories need not fit into memory. */
export async function loadRolloutsAs<T extends object>(
  args: readonly string[],
  options: LoadOptions,
  project: (rollout: Pick<Rollout, "instanceId" | "patch" | "trajectory">) => T | Promise<T>,
): Promise<Loaded<T & Pick<Rollout, "instanceId" | "rolloutId">>> {
  const keys: (RolloutKey & { readonly label: boolean | null | undefined })[] = [];
  const kept: T[] = [];
  const seen = new Map<string, number>();
  const problems: Problem[] = [];
  const files: LoadedFile[] = [];
  for await (const event of readRollouts(args, options)) {
    if (event.type === "file") {
      files.push({ file: event.source.file, format: event.format, rollouts: 0, reason: null });
    } else if (event.type === "problem") {
      const file = files.at(-1);
      if (file?.format === null && !event.source.direct) replaceLast(files, { ...file, reason: event.problem.message });
      else if (file?.format === null) throw unknownFormat(event.problem);
      else if (options.skipBad === true) problems.push(event.problem);
      else throw badRecord(event.problem);
    } else if (event.type === "rollout") {
      const { instanceId, baseId, contentHash, patch, trajectory } = event.rollout;
      if (options.only !== undefined && !options.only.has(instanceId)) continue;
      const file = files.at(-1);
      if (file !== undefined) replaceLast(files, { ...file, rollouts: file.rollouts + 1 });
      const name = JSON.stringify([instanceId, baseId, contentHash]);
      if (!seen.has(name)) {
        seen.set(name, kept.length);
        kept.push(await project({ instanceId, patch, trajectory }));
      }
      keys.push({ instanceId, baseId, contentHash, label: event.label });
    }
  }
  if (keys.length === 0 && options.only === undefined) throw noRollouts(args, files);
  return { ...finish(keys, kept, seen), problems, files };
}

function finish<T extends object>(
  keys: readonly (RolloutKey & { readonly label: boolean | null | undefined })[],
  kept: readonly T[],
  seen: ReadonlyMap<string, number>,
): Pick<Loaded<T & Pick<Rollout, "instanceId" | "rolloutId">>, "rollouts" | "labels"> {
  const ids = assignRolloutIds(keys);
  const named = keys.map((key, index) => ({ ...key, rolloutId: ids[index] as string }));
  const unique = new Map<number, T & Pick<Rollout, "instanceId" | "rolloutId">>();
  for (const { instanceId, rolloutId, baseId, contentHash } of named) {
    const index = seen.get(JSON.stringify([instanceId, baseId, contentHash])) as number;
    unique.set(index, { ...(kept[index] as T), instanceId, rolloutId });
  }
  const rollouts = [...unique.values()].sort(
    (a, b) => compareNatural(a.instanceId, b.instanceId) || compareNatural(a.rolloutId, b.rolloutId),
  );
  return { rollouts, labels: collectLabels(named) };
}

function replaceLast(files: LoadedFile[], file: LoadedFile): void {
  files[files.length - 1] = file;
}

function unknownFormat(problem: Problem): BestkError {
  return new BestkError("input", `${problem.file}: ${problem.message}`, {
    hint: "`bestk inspect` shows what was understood of each file; --scaffold NAME forces a format",
  });
}

function badRecord(problem: Problem): BestkError {
  const where = problem.line === null ? problem.file : `${problem.file}:${problem.line}`;
  return new BestkError("input", `${where}: ${problem.message}`, {
    hint: "--skip-bad leaves such records out and counts them",
  });
}

function noRollouts(args: readonly string[], files: readonly LoadedFile[]): BestkError {
  const refused = files.find((file) => file.format === null);
  const why = refused === undefined ? "" : ` (${refused.file}: ${refused.reason ?? "unknown format"})`;
  return new BestkError("input", `no rollouts in ${args.join(", ")}: ${files.length} files looked at${why}`, {
    hint: "`bestk inspect` shows what was understood of each file",
  });
}
