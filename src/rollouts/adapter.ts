// The contract of a scaffold adapter: one file a format, found by content, that yields parsed steps and the final patch.
import type { Trajectory } from "../core/types.js";

export const FORMATS = [
  "bestk",
  "predictions",
  "swe-agent",
  "mini-swe-agent",
  "openhands",
  "openhands-sdk",
  "r2e-gym",
  "moatless",
  "agentless",
  "trae",
  "augment",
  "normalised",
  "coder",
  "autocoderover",
] as const;

export type FormatName = (typeof FORMATS)[number];

/** A file as an adapter sees it. */
export interface SourceFile {
  /** Path as a person should read it in a message. */
  readonly file: string;
  /** Path relative to the argument that named it, with "/"; the file's own name if it was the argument. */
  readonly relativePath: string;
  /** Text of a file beside this one, or null: for scaffolds that keep patch and trajectory apart. */
  sibling(name: string): Promise<string | null>;
  /** Names in this file's folder (or, by a path such as "..", in another), in natural order; none where there is no such folder. */
  names(folder?: string): Promise<readonly string[]>;
}

/** What detection may look at, read without loading the whole file. */
export interface Probe {
  /** "jsonl": one JSON value a line (a file of a single JSON line is "object" or "array"). */
  readonly shape: "object" | "array" | "jsonl" | "text";
  /**
   * object: the document (of a huge one its first entries); array: an element; jsonl: a line's value; text: undefined.
   * The first few records are tried in turn, so that one that is broken does not hide the format.
   */
  readonly first: unknown;
  /** text: the first 64 KiB. */
  readonly head: string;
  readonly source: SourceFile;
}

/** How the reader cuts a file for an adapter: the whole JSON document, each line, array element or object entry, or text. */
export type RecordUnit = "document" | "lines" | "elements" | "entries" | "text";

/** One unit of a file. */
export interface RawRecord {
  readonly value: unknown;
  /** 1-based line of a JSONL record, else null. */
  readonly line: number | null;
  /** Key of an object entry, else null. */
  readonly key: string | null;
}

/** What an adapter makes of a record. The loader turns it into a `Rollout` and puts the label into a separate map. */
export interface ParsedRollout {
  readonly instanceId: string;
  /** The record's own id by the rule of its format; null takes `relativePath`. */
  readonly id: string | null;
  /** "" is an empty patch; null means that the record carries no patch. */
  readonly patch: string | null;
  readonly trajectory: Trajectory | null;
  /** Ground truth if the record carries it; undefined where the format has none. */
  readonly resolved?: boolean | null;
}

export interface Adapter {
  readonly format: FormatName;
  /** The unit in which this adapter reads the file, or null if the content is not of its format. */
  detect(probe: Probe): RecordUnit | null;
  /** Rollouts of one record. Throws RecordError where it can't be read. Pure but for what `source` looks up. */
  read(record: RawRecord, source: SourceFile): readonly ParsedRollout[] | Promise<readonly ParsedRollout[]>;
}

/** A record that can't be read: which field, and what was expected there. */
export class RecordError extends Error {
  readonly field: string;
  readonly expected: string;

  constructor(field: string, expected: string) {
    super(`${field}: expected ${expected}`);
    this.name = "RecordError";
    this.field = field;
    this.expected = expected;
  }
}
