// Reads rollouts from files as a stream of events, so that `inspect` and `run` see the same and nothing is held whole.
import { BestkError, messageOf } from "../core/errors.js";
import { contentHash } from "../core/hash.js";
import type { Rollout } from "../core/types.js";
import { type Adapter, type FormatName, type ParsedRollout, RecordError, type RecordUnit } from "./adapter.js";
import { JsonDamage } from "./json.js";
import { type Peek, peek, probesOf } from "./peek.js";
import { cutRecords } from "./records.js";
import { refusalOf } from "./refusals.js";
import { ADAPTERS } from "./registry.js";
import type { RolloutKey } from "./rolloutIds.js";
import { findSources, type Source } from "./sources.js";

/** What a record lacks: `field` and `expected` are null where the file itself is the matter, `line` where it has none. */
export interface Problem {
  readonly file: string;
  readonly line: number | null;
  readonly field: string | null;
  readonly expected: string | null;
  readonly message: string;
}

/** A rollout before ids are assigned: its key, patch and trajectory, without its label. */
export type FoundRollout = RolloutKey & Pick<Rollout, "patch" | "trajectory">;

/** A file starts (`format` null: none takes it, and a problem says why), has rollouts and problems, and ends. */
export type LoadEvent =
  | { readonly type: "file"; readonly source: Source; readonly format: FormatName | null }
  | {
      readonly type: "rollout";
      readonly source: Source;
      readonly rollout: FoundRollout;
      /** Ground truth, for the separate map of labels only. */
      readonly label: boolean | null | undefined;
    }
  | { readonly type: "problem"; readonly source: Source; readonly problem: Problem }
  | { readonly type: "end"; readonly source: Source };

export interface ReadOptions {
  /** Takes every file for this format, whatever its content says. */
  readonly scaffold?: FormatName;
  readonly signal: AbortSignal;
  /** Adapters to ask, in this order; default the registry's. */
  readonly adapters?: readonly Adapter[];
}

/** Events of all files that the arguments name, in natural order. Throws BestkError `input` for an argument that names nothing. */
export async function* readRollouts(args: readonly string[], options: ReadOptions): AsyncGenerator<LoadEvent> {
  for (const source of await findSources(args)) yield* readSource(source, options);
}

async function* readSource(source: Source, options: ReadOptions): AsyncGenerator<LoadEvent> {
  const failed = (thrown: unknown): LoadEvent => ({ type: "problem", source, problem: problemOf(source, thrown) });
  let opened: Opened;
  try {
    opened = await open(source, options);
  } catch (thrown) {
    if (!isInput(thrown)) throw thrown;
    yield { type: "file", source, format: null };
    yield failed(thrown);
    yield { type: "end", source };
    return;
  }
  const { adapter, unit, peeked } = opened;
  yield { type: "file", source, format: adapter?.format ?? null };
  if (adapter === null) {
    const message = refusalOf(peeked, source, [...adaptersOf(options)]);
    yield { type: "problem", source, problem: { file: source.file, line: null, field: null, expected: null, message } };
  } else {
    try {
      for await (const cut of cutRecords(source.file, peeked, unit)) {
        if (options.signal.aborted) throw new BestkError("interrupted", "interrupted while reading rollouts");
        if ("damage" in cut) {
          yield failed(cut.damage);
          continue;
        }
        try {
          for (const parsed of await adapter.read(cut.record, source)) yield rolloutEvent(parsed, source);
        } catch (thrown) {
          if (!isInput(thrown)) throw thrown;
          yield { type: "problem", source, problem: { ...problemOf(source, thrown), line: cut.record.line } };
        }
      }
    } catch (thrown) {
      if (!isInput(thrown)) throw thrown;
      yield failed(thrown);
    }
  }
  yield { type: "end", source };
}

interface Opened {
  readonly peeked: Peek;
  readonly adapter: Adapter | null;
  readonly unit: RecordUnit;
}

/** The first adapter, in the registry's order, that takes the first value that any adapter takes. */
async function open(source: Source, options: ReadOptions): Promise<Opened> {
  const peeked = await peek(source);
  const asked = adaptersOf(options);
  for (const probe of probesOf(peeked, source)) {
    for (const adapter of asked) {
      const unit = adapter.detect(probe);
      if (unit !== null) return { peeked, adapter, unit };
    }
  }
  const forced = options.scaffold === undefined ? undefined : asked[0];
  return { peeked, adapter: forced ?? null, unit: UNITS[peeked.shape] };
}

const UNITS = { object: "document", array: "elements", jsonl: "lines", text: "text" } as const;

function adaptersOf(options: ReadOptions): readonly Adapter[] {
  const known: readonly Adapter[] = options.adapters ?? Object.values(ADAPTERS);
  return options.scaffold === undefined ? known : known.filter((adapter) => adapter.format === options.scaffold);
}

function rolloutEvent(parsed: ParsedRollout, source: Source): LoadEvent {
  const { instanceId, patch, trajectory } = parsed;
  const baseId = parsed.id ?? source.relativePath;
  const hash = contentHash({ instanceId, patch, trajectory });
  return {
    type: "rollout",
    source,
    rollout: { instanceId, baseId, contentHash: hash, patch, trajectory },
    label: parsed.resolved,
  };
}

/** Failures that input can cause; anything else is a bug and is thrown on. */
function isInput(thrown: unknown): boolean {
  if (thrown instanceof BestkError) return thrown.code === "input";
  return thrown instanceof RecordError || thrown instanceof JsonDamage || isTooLarge(thrown);
}

/** Nesting beyond the stack, or a text beyond what the engine's strings hold (512 MB). */
function isTooLarge(thrown: unknown): boolean {
  if (thrown instanceof RangeError) return /call stack|string length/i.test(thrown.message);
  return thrown instanceof Error && TOO_LARGE.has((thrown as NodeJS.ErrnoException).code ?? "");
}

const TOO_LARGE = new Set(["ERR_STRING_TOO_LONG", "ERR_BUFFER_TOO_LARGE"]);

function problemOf(source: Source, thrown: unknown): Problem {
  const record = thrown instanceof RecordError ? thrown : null;
  return {
    file: source.file,
    line: thrown instanceof JsonDamage ? thrown.line : null,
    field: record?.field ?? null,
    expected: record?.expected ?? (thrown instanceof JsonDamage ? "valid JSON" : null),
    message: isTooLarge(thrown) ? "nested too deep or too long to read" : withoutFile(messageOf(thrown), source),
  };
}

function withoutFile(message: string, source: Source): string {
  const prefix = `${source.file}: `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}
