// All verdicts of a run again, from what its runs left: no container, no model, the same bytes where nothing changed.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { BestkError } from "../core/errors.js";
import { canonicalJson } from "../core/hash.js";
import type { EvidenceLine } from "../core/schemas.js";
import type { Signal } from "../core/signal.js";
import type { Aggregator } from "../select/aggregator.js";
import { labelledAs, withoutLabel } from "../tables/labels.js";
import type { BaseMeasurement, ExecutionVerdict, TreeRuns } from "../verify/execution.js";
import { rereadTree } from "../verify/reread.js";
import { rerunLog } from "../verify/reruns.js";
import { rereadRun, type TestRun } from "../verify/testRun.js";
import { generatedField, type KeyedVerdict } from "./evidence.js";
import { type LabelledRanking, writeRankings } from "./ranking.js";
import { gradeSaved, keyedVerdict, type SavedVerdict } from "./savedVerdict.js";
import { RunDirectory } from "./store.js";

export interface Regraded {
  /** null for a dry run. */
  readonly ranking: LabelledRanking | null;
  /** Candidates whose runs were graded again. */
  readonly verdicts: number;
  /** Rollouts, as "instance rollout", whose evidence says something else now. */
  readonly changed: readonly string[];
  /** Rollouts whose runs are not saved (the machine failed, or the logs are gone): their lines stay as they are. */
  readonly withoutRuns: number;
}

export interface RegradeRequest {
  readonly runPath: string;
  /** Which aggregator decides, by the name that the run card has. */
  readonly aggregatorNamed: (name: string) => Aggregator;
  /** Says what would change, and writes nothing. */
  readonly dryRun?: boolean;
}

/** Rewrites evidence, rankings and predictions. Throws BestkError `input` where `runPath` is no run directory. */
export async function regrade({ runPath, aggregatorNamed, dryRun = false }: RegradeRequest): Promise<Regraded> {
  const card = await cardOf(runPath);
  await using directory = await RunDirectory.open(runPath);
  const lines = await directory.evidence();
  const graded = await gradeAll(directory, lines, dryRun);
  const changed: string[] = [];
  let withoutRuns = 0;
  const now = lines.map((line) => {
    const verdict = graded.get(workOf(line));
    if (verdict === undefined) {
      if (line.candidateId !== null && isOfRuns(line)) withoutRuns += 1;
      return line;
    }
    const next = regradedLine(line, verdict);
    if (canonicalJson(next) === canonicalJson(line)) return line;
    changed.push(`${line.instanceId} ${line.rolloutId}`);
    return next;
  });
  if (dryRun) return { ranking: null, verdicts: graded.size, changed, withoutRuns };
  if (changed.length > 0) await directory.keepEvidence(now);
  const written = await writeRankings(directory, aggregatorNamed(card.aggregator), card.rawPatch);
  return { ranking: written.document, verdicts: graded.size, changed, withoutRuns };
}

interface Card {
  readonly aggregator: string;
  readonly rawPatch: boolean;
}

async function cardOf(runPath: string): Promise<Card> {
  const isFolder = (await stat(runPath).catch(() => null))?.isDirectory() === true;
  const path = join(runPath, "run.json");
  try {
    const { aggregator, rawPatch } = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
    return { aggregator: typeof aggregator === "string" ? aggregator : "hybrid", rawPatch: rawPatch === true };
  } catch (cause) {
    const what = isFolder ? `${path} can't be read` : `${runPath} is no folder`;
    throw new BestkError("input", what, { hint: "give the run directory of `bestk run` or `bestk verify`", cause });
  }
}

/** Verdicts by instance and candidate, of all whose runs are saved with the base that they are relative to. */
async function gradeAll(
  directory: RunDirectory,
  lines: readonly EvidenceLine[],
  dryRun: boolean,
): Promise<ReadonlyMap<string, KeyedVerdict>> {
  const verdicts = new Map<string, KeyedVerdict>();
  for (const instanceId of new Set(lines.map((line) => line.instanceId))) {
    const works = new Map(lines.filter((line) => line.instanceId === instanceId).map((line) => [workOf(line), line]));
    const loaded: Loaded[] = [];
    for (const [work, line] of works) loaded.push(...(await load(directory, work, line, dryRun)));
    const first = loaded.map(({ saved, base }) => gradeSaved(saved, base));
    // As in a run: a test that changed by itself on one candidate counts against none.
    const flaky = [...new Set(first.flatMap(({ regression }) => regression.passedAgain))].sort();
    for (const [index, { work, key, saved, base }] of loaded.entries()) {
      const alone = first[index] as ExecutionVerdict;
      const isClean = alone.regression.newFailures.length === 0;
      const verdict = isClean ? alone : gradeSaved(saved, base, flaky);
      verdicts.set(work, keyedVerdict(key, verdict, saved, base));
    }
  }
  return verdicts;
}

interface Loaded {
  readonly work: string;
  readonly key: string;
  readonly saved: SavedVerdict;
  readonly base: BaseMeasurement;
}

/** A candidate's runs and base's, read again from the raw logs; what they say now is kept in their place. */
async function load(directory: RunDirectory, work: string, line: EvidenceLine, dryRun: boolean): Promise<Loaded[]> {
  const { instanceId, candidateId } = line;
  if (candidateId === null) return [];
  const folder = [instanceId, candidateId];
  const found = await directory.saved<SavedVerdict>(folder);
  if (found === null || found.key !== line.details?.verdictKey) return [];
  const { key, result } = found;
  for (const name of ["base", "base-without-slow-files"]) {
    const base = await directory.saved<BaseMeasurement>([instanceId, name]);
    if (base?.key !== result.baseKey) continue;
    const baseLogs = await directory.rawLogs([instanceId, name]);
    const logs = await directory.rawLogs(folder);
    const runs: TreeRuns[] = [];
    for (const [i, tree] of base.result.runs.entries()) {
      runs.push(rereadTree(tree, (log) => baseLogs.get(`${i + 1}.${log}`) ?? null, runs[0] ?? null));
    }
    const again = {
      ...result,
      runs: rereadTree(result.runs, (log) => logs.get(log) ?? null, runs[0] ?? null),
      reruns: result.reruns.map((rerun, i) => ({ ...rerun, run: rereadRerun(rerun.run, logs, i) })),
    };
    if (!dryRun) {
      await keep(directory, [instanceId, name], base, { ...base.result, runs });
      await keep(directory, folder, found, again);
    }
    return [{ work, key, saved: again, base: { ...base.result, runs } }];
  }
  return [];
}

function rereadRerun(run: TestRun, logs: ReadonlyMap<string, string>, index: number): TestRun {
  const log = logs.get(rerunLog(index));
  return (log === undefined ? null : rereadRun(log)) ?? run;
}

async function keep<T>(
  directory: RunDirectory,
  folder: readonly string[],
  saved: { readonly key: string; readonly result: T },
  now: T,
): Promise<void> {
  if (canonicalJson(saved.result) !== canonicalJson(now)) await directory.save(folder, saved.key, now, {});
}

function regradedLine(line: EvidenceLine, verdict: KeyedVerdict): EvidenceLine {
  const { rewardKey = null } = line.details ?? {};
  const details = { verdictKey: verdict.key, rewardKey, ...verdict.details };
  const { generated: before = [], details: _details, ...rest } = withoutLabel(line);
  const provenance = new Map(before.map(({ test, source, writtenBy }) => [test, { source, writtenBy }]));
  const generated = generatedField(verdict.generated, provenance);
  const signals = Object.entries(verdict.signals).filter(([, signal]) => !isLeftOut(signal));
  return labelledAs(
    { ...rest, signals: { ...line.signals, ...Object.fromEntries(signals) }, ...generated, details },
    line,
  );
}

/** The line says why, and at what risk. */
function isLeftOut(signal: Signal): boolean {
  return signal.status === "unavailable" && signal.reason === "could-not-matter";
}

/** Other verdicts (an empty patch, no tests) have a word for a key. */
function isOfRuns({ details }: EvidenceLine): boolean {
  const key = details?.verdictKey;
  return typeof key !== "string" || /^[0-9a-f]{64}$/.test(key);
}

function workOf({ instanceId, candidateId }: EvidenceLine): string {
  return JSON.stringify([instanceId, candidateId]);
}
