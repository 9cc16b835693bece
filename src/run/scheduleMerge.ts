// Joins the run directories of several machines into one: the same files, as if one machine had done all of it.
import { cp, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { BestkError } from "../core/errors.js";
import { canonicalJson } from "../core/hash.js";
import { compareNatural } from "../core/order.js";
import { type RunCard, runCardSchema } from "../core/schemas/run.js";
import type { Aggregator } from "../select/aggregator.js";
import { readJournal } from "./journal.js";
import { type LabelledRanking, writeRankings } from "./ranking.js";
import { RunDirectory } from "./store.js";

export interface MergeRequest {
  readonly runPaths: readonly string[];
  /** A folder that is new or empty. */
  readonly into: string;
  readonly aggregatorNamed: (name: string) => Aggregator | Promise<Aggregator>;
}

export interface Merged {
  readonly instances: number;
  readonly rollouts: number;
  readonly ranking: LabelledRanking;
}

/** Lines by instance: no order of them says anything. */
const JOURNALS = ["candidates.jsonl", "evidence.jsonl", "rewards.jsonl", "tasks.jsonl", "rollouts.jsonl"] as const;
/** What differs between machines, and decides nothing. */
const OWN = new Set([
  "shard",
  "environments",
  "selection",
  "jobs",
  "platform",
  "node",
  "rollouts",
  "instances",
  "merged",
]);

/**
 * Throws BestkError `input` for a directory that is none, that is not complete, whose card says something else than the
 * first one's, or whose instances another one has; `usage` where `into` holds something already.
 */
export async function mergeRuns({ runPaths, into, aggregatorNamed }: MergeRequest): Promise<Merged> {
  const cards = await Promise.all(runPaths.map(cardOf));
  const [first] = cards;
  if (first === undefined) throw new BestkError("usage", "nothing to merge");
  for (const [index, card] of cards.entries()) mustBeAlike(first, card, String(runPaths[index]));
  if ((await readdir(into).catch(() => [])).length > 0) {
    throw new BestkError("usage", `--run ${into}: there is something in it already`, { hint: "give a new folder" });
  }
  const lines = await Promise.all(runPaths.map(linesOf));
  mustBeApart(runPaths, lines);
  await using directory = await RunDirectory.open(into);
  for (const name of JOURNALS) {
    const all = lines.flatMap((own) => own.get(name) ?? []);
    if (all.length > 0) await directory.write(name, all.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }
  for (const path of runPaths) await copyFolders(path, into);
  const environments = Object.fromEntries(
    cards.flatMap((card) => Object.entries(card.environments ?? {})).sort(([a], [b]) => compareNatural(a, b)),
  );
  const { shard: _shard, selection: _selection, ...card } = first;
  const merged = { ...card, environments, merged: [...runPaths] };
  await directory.write("run.json", `${JSON.stringify(merged, null, 2)}\n`);
  const aggregator = await aggregatorNamed(first.aggregator ?? "execution-based");
  const { document } = await writeRankings(directory, aggregator, first.rawPatch ?? false);
  const evidence = lines.flatMap((own) => own.get("evidence.jsonl") ?? []);
  return { instances: document.instances.length, rollouts: evidence.length, ranking: document };
}

async function cardOf(path: string): Promise<RunCard> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(join(path, "run.json"), "utf8"));
  } catch (cause) {
    throw new BestkError("input", `${path}: no run directory (run.json can't be read)`, { cause });
  }
  const card = runCardSchema.safeParse(value);
  if (!card.success) throw new BestkError("input", `${join(path, "run.json")}: not a run card`);
  if (card.data.selection === undefined) {
    throw new BestkError("input", `${path}: the run is not complete`, { hint: "the same command again goes on there" });
  }
  return card.data;
}

function mustBeAlike(first: RunCard, card: RunCard, path: string): void {
  const fields = [...new Set([...Object.keys(first), ...Object.keys(card)])].filter((name) => !OWN.has(name));
  const other = fields.find(
    (name) =>
      canonicalJson(first[name as keyof RunCard] ?? null) !== canonicalJson(card[name as keyof RunCard] ?? null),
  );
  if (other === undefined) return;
  throw new BestkError("input", `${path}: another "${other}" than the first run's, so their evidence is not alike`);
}

type Lines = ReadonlyMap<string, readonly unknown[]>;

async function linesOf(path: string): Promise<Lines> {
  const read = JOURNALS.map(async (name) => [name, await readJournal(join(path, name))] as const);
  return new Map(await Promise.all(read));
}

function mustBeApart(runPaths: readonly string[], lines: readonly Lines[]): void {
  const owners = new Map<string, number>();
  lines.forEach((own, index) => {
    const evidence = (own.get("evidence.jsonl") ?? []) as readonly { readonly instanceId: string }[];
    for (const { instanceId } of evidence) {
      const owner = owners.get(instanceId) ?? index;
      if (owner !== index) {
        throw new BestkError("input", `${instanceId} is in ${runPaths[owner]} and in ${runPaths[index]}`);
      }
      owners.set(instanceId, index);
    }
  });
}

/** Logs by instance and candidate, texts by their hash: no two machines write the same one otherwise. */
async function copyFolders(from: string, into: string): Promise<void> {
  for (const name of await readdir(from)) {
    const source = join(from, name);
    if (!(await stat(source)).isDirectory()) continue;
    await cp(source, join(into, name), { recursive: true, force: false });
  }
}
