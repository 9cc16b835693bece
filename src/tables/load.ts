// Finds out what form of evidence a path holds and reads it, so that every verb that starts from evidence starts alike.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { BestkError } from "../core/errors.js";
import { didYouMean } from "../core/nearest.js";
import { agentlessOutcomes } from "./agentlessOutcomes.js";
import { agentlessPatches } from "./agentlessPatches.js";
import { bestkEvidence } from "./bestk.js";
import { elevenAgents } from "./elevenAgents.js";
import { foreignContent, holdsRollouts } from "./foreign.js";
import { leaderboardFolders, readLeaderboard } from "./leaderboard.js";
import { leaderboardMatrix } from "./leaderboardMatrix.js";
import { r2eGym } from "./r2eGym.js";
import { readRecords } from "./records.js";
import {
  type LoadedTable,
  problemText,
  RecordError,
  type Table,
  type TableProblem,
  type TableReader,
} from "./table.js";
import { trae } from "./trae.js";

/** Forms of evidence by the name that `--table` takes. */
export const TABLES = {
  bestk: bestkEvidence,
  "11-agents": elevenAgents,
  agentless: agentlessOutcomes,
  "agentless-patches": agentlessPatches,
  "r2e-gym": r2eGym,
  trae,
  "leaderboard-matrix": leaderboardMatrix,
} satisfies Record<string, Table>;

export interface LoadEvidenceOptions {
  /** A name of `TABLES` or the caller's own table; default: found by content. */
  readonly table?: string | Table;
  /** Leave out records that can't be read, and report them; default: throw. */
  readonly skipBad?: boolean;
}

export interface LoadedEvidence extends LoadedTable {
  /** The file that was read. */
  readonly file: string;
  /** Name in `TABLES`, or "leaderboard" for folders of submissions; null for the caller's own. */
  readonly table: string | null;
}

/**
 * Evidence and labels of a run directory, an `evidence.jsonl[.gz]`, SWE-bench leaderboard folders, or a table that a
 * loader knows (JSONL, JSON, CSV or parquet). A torn last line
 * (a run that was killed) is dropped and noted. Throws BestkError `usage` for an unknown table name, and `input` for a
 * file that is missing, empty, of no known form, or (without `skipBad`) has records that can't be read.
 */
export async function loadEvidence(path: string, options: LoadEvidenceOptions = {}): Promise<LoadedEvidence> {
  const forced = options.table === undefined ? null : tableNamed(options.table);
  const folders = forced === null && (await isDirectory(path)) ? await leaderboardFolders(path) : [];
  if (folders.length > 0) {
    const read = await readLeaderboard(folders, { skipBad: options.skipBad === true });
    return { ...read, file: path, table: "leaderboard" };
  }
  const file = await evidenceFile(path);
  const problems: TableProblem[] = [];
  let table: Table | null = forced;
  let reader: TableReader | null = null;
  for await (const record of readRecords(file)) {
    if ("problem" in record) {
      problems.push(record.problem);
      continue;
    }
    table ??= tableOf(record.value, file);
    reader ??= table.reader();
    const problem = tryAdd(reader, record, file);
    if (problem !== null) problems.push(problem);
  }
  if (table === null) throw nothingIn(file, problems);
  const errors = problems.filter(({ kind }) => kind === "error");
  if (errors.length > 0 && options.skipBad !== true) throw unreadable(file, errors);
  if (reader === null) throw nothingIn(file, problems);
  const { evidence, labels, notes, patches } = reader.finish();
  if (evidence.length === 0) throw nothingIn(file, problems);
  const noted = notes.map((message): TableProblem => ({ kind: "note", file, line: null, field: null, message }));
  const found = { evidence, labels, problems: [...problems, ...noted], file, table: nameOf(table) };
  return patches === undefined ? found : { ...found, patches };
}

/** True where a file holds rollouts with patches and labels rather than evidence: candidates, predictions, trajectories. */
export async function isRolloutFile(path: string): Promise<boolean> {
  const record = await firstRecord(path);
  return record !== null && tableDetecting(record) === undefined && holdsRollouts(record);
}

/** True where a file is a table of evidence, by its first record. */
export async function isTableFile(path: string): Promise<boolean> {
  const record = await firstRecord(path);
  return record !== null && tableDetecting(record) !== undefined;
}

async function firstRecord(path: string): Promise<Readonly<Record<string, unknown>> | null> {
  if (!(await exists(path)) || (await isDirectory(path))) return null;
  for await (const record of readRecords(path)) {
    if (!("problem" in record)) return recordOf(record.value);
  }
  return null;
}

function tableDetecting(record: Readonly<Record<string, unknown>>): Table | undefined {
  return Object.values(TABLES).find((table) => table.detect(record));
}

function tableNamed(table: string | Table): Table {
  if (typeof table !== "string") return table;
  const found = Object.entries(TABLES).find(([name]) => name === table)?.[1];
  if (found !== undefined) return found;
  throw new BestkError("usage", `unknown table "${table}"`, { hint: didYouMean(table, Object.keys(TABLES)) });
}

function nameOf(table: Table): string | null {
  return Object.entries(TABLES).find(([, known]) => known === table)?.[0] ?? null;
}

/** A run directory stands for its evidence file. */
async function evidenceFile(path: string): Promise<string> {
  if (!(await isDirectory(path))) return path;
  for (const name of ["evidence.jsonl", "evidence.jsonl.gz"]) {
    const file = join(path, name);
    if (await exists(file)) return file;
  }
  const scored = await exists(join(path, "rewards.jsonl"));
  throw new BestkError("input", `${path}: not a run directory, it holds no evidence.jsonl`, {
    hint: scored
      ? "it holds rewards alone; `bestk run … -a execution-free` chooses by them, and needs neither tests nor an engine"
      : "name a folder that `bestk run` wrote, an evidence.jsonl or a table",
  });
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function tableOf(value: unknown, file: string): Table {
  const record = recordOf(value);
  const found = tableDetecting(record);
  if (found !== undefined) return found;
  const foreign = foreignContent(record);
  const message =
    foreign === null ? `no form of evidence that is known; ${nearestTable(record)}` : `not evidence, but ${foreign}`;
  throw new BestkError("input", `${file}: ${message}`, {
    hint: `evidence is a run directory, an evidence.jsonl or one of the tables ${Object.keys(TABLES).join(", ")} (--table)`,
  });
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}

/** The table that shares the most fields with a record, and what the record lacks of it. */
function nearestTable(record: Readonly<Record<string, unknown>>): string {
  const [best] = Object.entries(TABLES)
    .map(([name, { fields }]) => ({ name, missing: fields.filter((field) => record[field] === undefined), fields }))
    .filter(({ missing, fields }) => missing.length < fields.length)
    .sort((a, b) => a.missing.length / a.fields.length - b.missing.length / b.fields.length);
  if (best !== undefined) return `the nearest is ${best.name}, for which it lacks ${best.missing.join(", ")}`;
  const fields = Object.keys(record).slice(0, 6);
  return fields.length === 0
    ? "its first record is no JSON object"
    : `its first record has the fields ${fields.join(", ")}`;
}

function tryAdd(reader: TableReader, record: { line: number; value: unknown }, file: string): TableProblem | null {
  try {
    reader.add(record);
    return null;
  } catch (thrown) {
    if (!(thrown instanceof RecordError)) throw thrown;
    return { kind: "error", file, line: record.line, field: thrown.field, message: thrown.message };
  }
}

function unreadable(file: string, errors: readonly TableProblem[]): BestkError {
  const shown = errors.slice(0, 3).map(problemText);
  const more = errors.length > shown.length ? `\n… and ${errors.length - shown.length} more in ${file}` : "";
  return new BestkError("input", `${shown.join("\n")}${more}`, { hint: "--skip-bad leaves such records out" });
}

function nothingIn(file: string, problems: readonly TableProblem[]): BestkError {
  const [only] = problems;
  const text = problems.length > 1 ? "none of its lines is JSON" : (only?.message ?? "it is empty");
  const where = problems.length > 1 || typeof only?.line !== "number" ? file : `${file}:${only.line}`;
  return new BestkError("input", `${where}: no evidence, ${text}`);
}
