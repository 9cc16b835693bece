// Ground truth of instances, kept apart from everything that a verifier sees: only what grades a finished run reads it.
import { BestkError } from "../core/errors.js";
import { contentHash } from "../core/hash.js";
import { didYouMean } from "../core/nearest.js";
import { logParserOf } from "../parsers/registry.js";
import { type LocatedRecord, readInstanceRecords } from "../rollouts/instances.js";

/** Which tests decide, by the names that the log parser gives them. */
export interface TestLists {
  readonly failToPass: readonly string[];
  readonly passToPass: readonly string[];
}

export interface GroundTruth extends TestLists {
  readonly instanceId: string;
  /** Name of the log parser, as the record gives it or by its repository; null where neither says. */
  readonly logParser: string | null;
  /** Shell script that resets the tests, runs them and prints markers around their output; null where there is none. */
  readonly evalScript: string | null;
}

/**
 * Ground truth by instance id, of the same files as `loadTasks` reads. The lists may be JSON text or lists. Records without
 * FAIL_TO_PASS are left out: they can't be graded. Equal duplicates merge; unequal ones and wrong types throw BestkError `input`.
 */
export async function loadGroundTruth(files: readonly string[]): Promise<ReadonlyMap<string, GroundTruth>> {
  const truths = new Map<string, { readonly truth: GroundTruth; readonly where: string }>();
  for (const file of files) {
    for await (const record of readInstanceRecords(file)) {
      const truth = truthOf(record);
      if (truth === null) continue;
      const known = truths.get(truth.instanceId);
      if (known !== undefined && contentHash(known.truth) !== contentHash(truth)) {
        throw new BestkError(
          "input",
          `ground truth of ${truth.instanceId} differs between ${known.where} and ${record.where}`,
          { hint: "give one definition of each instance" },
        );
      }
      truths.set(truth.instanceId, known ?? { truth, where: record.where });
    }
  }
  return new Map([...truths].map(([id, { truth }]) => [id, truth]));
}

/** Throws BestkError `input`, with the nearest ids, for an instance without ground truth. */
export function truthNamed(truths: ReadonlyMap<string, GroundTruth>, instanceId: string): GroundTruth {
  const truth = truths.get(instanceId);
  if (truth !== undefined) return truth;
  throw new BestkError("input", `instance ${instanceId}: no record with FAIL_TO_PASS`, {
    hint: didYouMean(instanceId, [...truths.keys()].slice(0, 1000)),
  });
}

type Json = Readonly<Record<string, unknown>>;

function truthOf({ where, value }: LocatedRecord): GroundTruth | null {
  if (value === null || typeof value !== "object") throw wrong(where, "record", "an object");
  const record = value as Json;
  const instanceId = record.instance_id;
  if (typeof instanceId !== "string" || instanceId === "") throw wrong(where, "instance_id", "a non-empty string");
  if (record.FAIL_TO_PASS === undefined || record.FAIL_TO_PASS === null) return null;
  const repo = textOf(record, "repo", where);
  return {
    instanceId,
    failToPass: idsOf(record, "FAIL_TO_PASS", where),
    passToPass: record.PASS_TO_PASS === undefined ? [] : idsOf(record, "PASS_TO_PASS", where),
    logParser: textOf(record, "log_parser", where) ?? (repo === null ? null : logParserOf(repo)),
    evalScript: textOf(record, "eval_script", where),
  };
}

function idsOf(record: Json, field: string, where: string): readonly string[] {
  const raw = record[field];
  const value = typeof raw === "string" ? parsed(raw) : raw;
  if (Array.isArray(value) && value.every((id) => typeof id === "string")) return value;
  throw wrong(where, field, "a list of test ids, or one as JSON text");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function textOf(record: Json, field: string, where: string): string | null {
  const value = record[field] ?? null;
  if (value === null || typeof value === "string") return value;
  throw wrong(where, field, "a string");
}

function wrong(where: string, field: string, expected: string): BestkError {
  return new BestkError("input", `${where}: ${field}: expected ${expected}`, {
    hint: "ground truth is an instance record of SWE-bench's form, with FAIL_TO_PASS and PASS_TO_PASS",
  });
}
