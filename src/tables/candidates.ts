// Patches of a run directory by rollout, so that a ranking made from stored evidence can be written as predictions.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { BestkError } from "../core/errors.js";
import { candidateLineSchema } from "../core/schemas.js";
import { parseRecord } from "./collect.js";
import { readRecords } from "./records.js";
import { problemText, RecordError } from "./table.js";

/** Patch text of a rollout; null where it isn't known. */
export type StoredPatch = (instanceId: string, rolloutId: string) => string | null;

/**
 * Looks patches up in `candidates.jsonl` of a run directory: the normalised one that was verified, or with `raw` the
 * original. null if `path` is no folder with such a file. Throws BestkError `input` for a line that can't be read.
 */
export async function storedPatches(path: string, options: { readonly raw: boolean }): Promise<StoredPatch | null> {
  const file = join(path, "candidates.jsonl");
  const found = await stat(file).catch(() => null);
  if (found?.isFile() !== true) return null;
  const patches = new Map<string, string>();
  for await (const record of readRecords(file)) {
    if ("problem" in record) {
      if (record.problem.kind === "error") throw new BestkError("input", problemText(record.problem));
      continue;
    }
    for (const [key, patch] of patchesOf(record, file, options.raw)) patches.set(key, patch);
  }
  return (instanceId, rolloutId) => patches.get(keyOf(instanceId, rolloutId)) ?? null;
}

function patchesOf(
  { line, value }: { readonly line: number; readonly value: unknown },
  file: string,
  raw: boolean,
): readonly (readonly [string, string])[] {
  try {
    const candidate = parseRecord(candidateLineSchema, value);
    return candidate.rolloutIds.map((rolloutId) => [
      keyOf(candidate.instanceId, rolloutId),
      raw ? (candidate.rawPatches[rolloutId] ?? candidate.patch) : candidate.patch,
    ]);
  } catch (thrown) {
    if (!(thrown instanceof RecordError)) throw thrown;
    throw new BestkError(
      "input",
      problemText({ kind: "error", file, line, field: thrown.field, message: thrown.message }),
    );
  }
}

function keyOf(instanceId: string, rolloutId: string): string {
  return JSON.stringify([instanceId, rolloutId]);
}
