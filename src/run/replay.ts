// The same selection again, from a run's own files: what its card names decides, and where it comes out otherwise, why.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BestkError, messageOf } from "../core/errors.js";
import { sha256 } from "../core/hash.js";
import { type Replay, type RunCard, runCardSchema } from "../core/schemas/run.js";
import type { Aggregator } from "../select/aggregator.js";
import { type RunSelection, rankingFile, type SelectionDigests, selectFromRun } from "./ranking.js";

export interface ReplayRequest {
  readonly runPath: string;
  /** Which aggregator decides, by the name that the run card has. */
  readonly aggregatorNamed: (name: string) => Aggregator | Promise<Aggregator>;
  /** The version that replays. */
  readonly version: string;
}

/**
 * Ranks the evidence of a run by the aggregator of its card and compares ranking and predictions with those it holds, byte
 * for byte. Needs no container and no model; writes nothing. Throws BestkError `input` where `runPath` holds no finished
 * run.
 */
export async function replayRun({ runPath, aggregatorNamed, version }: ReplayRequest): Promise<Replay> {
  const card = await cardOf(runPath);
  const { aggregator: name, rawPatch = false } = card;
  if (name === undefined) {
    throw new BestkError("input", `${join(runPath, "run.json")}: names no aggregator, so nothing was selected`, {
      hint: "give the run directory of `bestk run`, `bestk verify` or `bestk demo`",
    });
  }
  const aggregator = await aggregatorNamed(name);
  const selection = await selectFromRun(runPath, aggregator, rawPatch);
  const held = {
    ranking: await heldText(runPath, rankingFile(aggregator)),
    predictions: await heldText(runPath, "preds.jsonl"),
  };
  const files = [
    compared(rankingFile(aggregator), held.ranking, selection.ranking),
    compared("preds.jsonl", held.predictions, selection.predictions),
  ];
  const equal = files.every((file) => file.equal);
  return {
    schema: "bestk.replay/1",
    run: runPath,
    aggregator: name,
    rawPatch,
    instances: selection.document.instances.length,
    equal,
    files,
    changed: changedSelections(held.ranking, selection),
    reasons: reasonsOf(card, version, selection, held, equal),
  };
}

async function cardOf(runPath: string): Promise<RunCard> {
  const path = join(runPath, "run.json");
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new BestkError("input", `${path} can't be read (${messageOf(cause).split("\n")[0]})`, {
      hint: "give the run directory of `bestk run`, `bestk verify` or `bestk demo`",
      cause,
    });
  }
  const parsed = runCardSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new BestkError("input", `${path}: ${issue?.path.join(".") || "card"}: ${issue?.message ?? "no run card"}`, {
    hint: "`bestk schema run` prints the form of a run card",
  });
}

/** Throws BestkError `input` where the run has no such file: it was not completed. */
async function heldText(runPath: string, file: string): Promise<string> {
  try {
    return await readFile(join(runPath, file), "utf8");
  } catch (cause) {
    throw new BestkError("input", `${runPath} holds no ${file}: the run is not complete`, {
      hint: "the command of the run, given again, goes on from there",
      cause,
    });
  }
}

function compared(file: string, held: string, now: string): Replay["files"][number] {
  if (held === now) return { file, equal: true, line: null, held: null, now: null };
  const [heldLines, nowLines] = [held.split("\n"), now.split("\n")];
  const at = Array.from({ length: Math.max(heldLines.length, nowLines.length) }).findIndex(
    (_, index) => heldLines[index] !== nowLines[index],
  );
  return { file, equal: false, line: at + 1, held: lineOf(heldLines, at), now: lineOf(nowLines, at) };
}

function lineOf(lines: readonly string[], at: number): string | null {
  const line = lines[at];
  return line === undefined || (line === "" && at === lines.length - 1) ? null : line;
}

function changedSelections(heldRanking: string, { document }: RunSelection): Replay["changed"] {
  const before = new Map(heldRanking.split("\n").flatMap(selectedOf));
  const now = new Map(document.instances.map(({ instanceId, selected }) => [instanceId, selected]));
  return [...new Set([...before.keys(), ...now.keys()])]
    .map((instanceId) => ({ instanceId, held: before.get(instanceId) ?? null, now: now.get(instanceId) ?? null }))
    .filter(({ held, now: selected }) => held !== selected);
}

function selectedOf(line: string): [string, string | null][] {
  try {
    const { instanceId, selected } = JSON.parse(line) as { instanceId?: unknown; selected?: unknown };
    return typeof instanceId === "string" ? [[instanceId, typeof selected === "string" ? selected : null]] : [];
  } catch {
    return [];
  }
}

/** What differs between then and now, most basic first; a reason that follows from an earlier one is not told. */
function reasonsOf(
  card: RunCard,
  version: string,
  { digests }: RunSelection,
  held: { readonly ranking: string; readonly predictions: string },
  equal: boolean,
): Replay["reasons"] {
  const reasons: Replay["reasons"] = [];
  const tell = (reason: Replay["reasons"][number]["reason"], message: string): void => {
    reasons.push({ reason, message });
  };
  if (card.bestk !== version) tell("other-version", `the run was made by bestk ${card.bestk}, this is ${version}`);
  const then: SelectionDigests | undefined = card.selection;
  if (then === undefined) {
    if (!equal) tell("not-recorded", "the run card holds no digests of its evidence, so what changed can't be told");
    return reasons;
  }
  if (then.evidence !== digests.evidence) tell("changed-evidence", "evidence.jsonl is not what the run selected from");
  if (then.patches !== digests.patches) tell("changed-patches", "candidates.jsonl is not what the run wrote");
  const edited = [
    ...(sha256(held.ranking) === then.ranking ? [] : ["the ranking"]),
    ...(sha256(held.predictions) === then.predictions ? [] : ["preds.jsonl"]),
  ];
  if (edited.length > 0) tell("changed-files", `${edited.join(" and ")} in the run directory changed after the run`);
  const isSameInput = then.evidence === digests.evidence && then.patches === digests.patches;
  if (isSameInput && card.bestk === version && then.ranking !== digests.ranking) {
    tell("changed-aggregator", `${card.aggregator} ranks the same evidence otherwise: its settings changed`);
  }
  return reasons;
}
