// Saved logs of harness runs, found by content: tables that hold a log a record, and the folders that the harness writes.
import { BestkError, messageOf } from "../core/errors.js";
import { contentHash } from "../core/hash.js";
import { readText } from "../core/io.js";
import { type RawRecord, RecordError } from "../rollouts/adapter.js";
import { isObject, kindOf, objectOf, optionalText, text } from "../rollouts/fields.js";
import { JsonDamage } from "../rollouts/json.js";
import { type Peek, peek } from "../rollouts/peek.js";
import { cutRecords } from "../rollouts/records.js";
import type { RolloutKey } from "../rollouts/rolloutIds.js";
import { baseName, instanceOfPath } from "../rollouts/sourceNames.js";
import { findSources, type Source } from "../rollouts/sources.js";
import { type CarriedReport, carriedReport } from "./harnessReport.js";

/** The log of one rollout's evaluation. */
export interface SavedLog extends RolloutKey {
  readonly log: string;
  /** null: unknown. */
  readonly patch: string | null;
  readonly report: CarriedReport | null;
}

/** A file that may hold logs, and what its start shows. */
export interface LogFile {
  readonly source: Source;
  readonly peeked: Peek;
}

export interface LogFiles {
  readonly logs: readonly LogFile[];
  /** Files named directly that hold no logs. */
  readonly others: readonly string[];
}

const MARK = />>>>> (?:Start Test Output|Applied Patch|Patch Apply Failed)/;
const LOG_NAME = /(?:^test_output\.txt|\.eval\.log)(?:\.gz)?$/;

/** Tells logs from other files. Throws BestkError `input` for an argument that names nothing. */
export async function findLogs(args: readonly string[]): Promise<LogFiles> {
  const logs: LogFile[] = [];
  const others: string[] = [];
  for (const source of await findSources(args)) {
    const peeked = await peek(source);
    if (holdsLogs(peeked, source)) logs.push({ source, peeked });
    else if (source.direct) others.push(source.file);
  }
  return { logs, others };
}

/** Logs of the files in order. Throws BestkError `input` at a record that can't be read, or tells `skip` and goes on. */
export async function* readLogs(
  files: readonly LogFile[],
  signal: AbortSignal,
  skip: ((message: string) => void) | null,
): AsyncGenerator<SavedLog> {
  for (const { source, peeked } of files) {
    const unit = peeked.shape === "jsonl" ? "lines" : peeked.shape === "array" ? "elements" : "document";
    for await (const cut of cutRecords(source.file, peeked, unit)) {
      if (signal.aborted) throw new BestkError("interrupted", "interrupted while reading logs");
      const line = "damage" in cut ? cut.line : cut.record.line;
      const where = line === null ? source.file : `${source.file}:${line}`;
      try {
        if ("damage" in cut) throw cut.damage;
        yield keyed(peeked.shape === "text" ? await textLog(cut.record, source) : recordLog(cut.record, source));
      } catch (thrown) {
        if (!(thrown instanceof RecordError || thrown instanceof JsonDamage)) throw thrown;
        const message = `${where}: ${messageOf(thrown)}`;
        if (skip === null) {
          throw new BestkError("input", message, { hint: "--skip-bad leaves such records out and counts them" });
        }
        skip(message);
      }
    }
  }
}

function holdsLogs(peeked: Peek, source: Source): boolean {
  if (peeked.shape !== "text") return peeked.firsts.some((value) => isObject(value) && "test_output" in value);
  if (peeked.damage !== null) return false;
  return LOG_NAME.test(baseName(source)) || (source.direct && MARK.test(peeked.head));
}

type Found = Omit<SavedLog, "contentHash">;

function keyed(found: Found): SavedLog {
  const { instanceId, patch, log } = found;
  return { ...found, contentHash: contentHash({ instanceId, patch, log }) };
}

/** A record names its rollout by `source#run`; without these it is the file. */
function recordLog({ value }: RawRecord, file: Source): Found {
  const record = objectOf(value);
  const instanceId = text(record.instance_id, "instance_id");
  const source = optionalText(record.source, "source");
  const run = optionalText(record.run, "run");
  return {
    instanceId,
    baseId:
      source === null && run === null ? file.relativePath : [source, run].filter((part) => part !== null).join("#"),
    log: logText(record.test_output),
    patch: optionalText(record.patch, "patch"),
    report: carriedReport(record.report, instanceId),
  };
}

/** An empty log is one: of a run that printed nothing. */
function logText(value: unknown): string {
  if (typeof value !== "string") throw new RecordError("test_output", `a string, got ${kindOf(value)}`);
  return value;
}

/** `…/<instance>/test_output.txt` with `patch.diff` and `report.json` beside it. */
async function textLog({ value }: RawRecord, source: Source): Promise<Found> {
  const instanceId = instanceOfPath(source);
  const report = await source.sibling("report.json");
  return {
    instanceId,
    baseId: source.relativePath,
    log: typeof value === "string" ? value : await readText(source.file),
    patch: await source.sibling("patch.diff"),
    report: report === null ? null : carriedReport(jsonOf(report), instanceId),
  };
}

/** A report that can't be read is none: it decides nothing. */
function jsonOf(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}
