// A run directory as the report reads it: without its lock, while it may still be written, and with older ones taken as they are.
import { readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { type Cost, costSchema } from "../core/cost.js";
import { BestkError } from "../core/errors.js";
import type { Evidence } from "../core/schemas.js";
import type { PageSource } from "../report/page/source.js";
import { loadEvidence } from "../tables/load.js";
import { isLocked } from "./lock.js";
import { instanceReader, verdictName } from "./pageInstance.js";
import { jsonLines } from "./pageLines.js";
import { storedRankings } from "./pageRankings.js";

export interface RunSourceOptions {
  /** Takes a run that has no evidence yet, for `bestk view`; default: that is an error. */
  readonly mayBeEmpty?: boolean;
}

/** True for a folder that `bestk run` or `bestk verify` wrote, or is writing. */
export async function isRunDirectory(path: string): Promise<boolean> {
  return isFile(join(path, "run.json"));
}

/** Throws BestkError `input` where the folder holds no evidence, or evidence that can't be read. */
export async function runSource(path: string, options: RunSourceOptions = {}): Promise<PageSource> {
  const card = await cardOf(path);
  const file = join(path, "evidence.jsonl");
  const isEmpty = options.mayBeEmpty === true && !(await hasLine(file));
  const loaded = isEmpty ? { evidence: [], labels: new Map() } : await loadEvidence(file, { table: "bestk" });
  const { evidence, labels } = loaded;
  const { flaky, verdictKeys } = await detailsIn(file);
  const chosen = typeof card.aggregator === "string" ? card.aggregator : "hybrid";
  const rankings = await storedRankings(path, evidence, chosen);
  return {
    id: basename(resolve(path)),
    complete: await isComplete(path, evidence),
    card,
    evidence,
    labels,
    rankings,
    flaky,
    cost: await costIn(path),
    tables: [],
    instance: await instanceReader(path, verdictKeys),
  };
}

async function cardOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const card: unknown = JSON.parse(await readFile(join(path, "run.json"), "utf8"));
    return typeof card === "object" && card !== null ? { ...card } : {};
  } catch (cause) {
    throw new BestkError("input", `${join(path, "run.json")} can't be read`, {
      hint: "give the run directory of `bestk run` or `bestk verify`",
      cause,
    });
  }
}

/** What evidence keeps beside signals. A later line of a rollout replaces an earlier one. */
async function detailsIn(
  file: string,
): Promise<{ readonly flaky: ReadonlyMap<string, number>; readonly verdictKeys: ReadonlyMap<string, string> }> {
  const tests = new Map<string, Set<string>>();
  const verdictKeys = new Map<string, string>();
  for await (const { value } of jsonLines(file)) {
    const { instanceId, candidateId, details } = value as Readonly<Record<string, unknown>>;
    if (typeof instanceId !== "string" || typeof details !== "object" || details === null) continue;
    const { verdictKey, regression } = details as Readonly<Record<string, unknown>>;
    if (typeof candidateId === "string" && typeof verdictKey === "string") {
      verdictKeys.set(verdictName(instanceId, candidateId), verdictKey);
    }
    const { flaky, passedAgain } = (regression ?? {}) as Readonly<Record<string, unknown>>;
    const own = tests.get(instanceId) ?? new Set();
    for (const name of [flaky, passedAgain].flat()) if (typeof name === "string") own.add(name);
    tests.set(instanceId, own);
  }
  return { flaky: new Map([...tests].map(([id, names]) => [id, names.size])), verdictKeys };
}

/** Nobody works on it, it has predictions, and each of its rollouts has evidence. */
async function isComplete(path: string, evidence: readonly Evidence[]): Promise<boolean> {
  if ((await isLocked(join(path, "lock"))) || !(await isFile(join(path, "preds.jsonl")))) return false;
  const known = new Set(evidence.map(({ instanceId, rolloutId }) => JSON.stringify([instanceId, rolloutId])));
  for await (const { value } of jsonLines(join(path, "rollouts.jsonl"))) {
    const { instanceId, rolloutId } = value as Readonly<Record<string, unknown>>;
    if (!known.has(JSON.stringify([instanceId, rolloutId]))) return false;
  }
  return true;
}

async function costIn(path: string): Promise<Cost | null> {
  const text = await readFile(join(path, "cost.json"), "utf8").catch(() => null);
  if (text === null) return null;
  try {
    return costSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

async function hasLine(file: string): Promise<boolean> {
  for await (const _ of jsonLines(file)) return true;
  return false;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() === true;
}
