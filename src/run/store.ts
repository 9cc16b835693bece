// The run directory: files are the interface, each result written as soon as it is known, under a key of its content.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BestkError, messageOf } from "../core/errors.js";
import { sha256 } from "../core/hash.js";
import { writeAtomic } from "../core/io.js";
import { type EvidenceLine, evidenceLineSchema } from "../core/schemas.js";
import { appendJournal, readJournal, rewriteJournal } from "./journal.js";
import { lockDirectory } from "./lock.js";

/** Text files of one piece of work, by name. */
export type LogFiles = Readonly<Record<string, string>>;

/** An open run directory; holds its lock until disposed. */
export class RunDirectory implements AsyncDisposable {
  readonly path: string;
  readonly #release: () => Promise<void>;
  #closed = false;

  private constructor(path: string, release: () => Promise<void>) {
    this.path = path;
    this.#release = release;
  }

  /** Makes the folder if needed and locks it. Throws BestkError `usage` if another process has it. */
  static async open(path: string): Promise<RunDirectory> {
    try {
      await mkdir(join(path, "logs"), { recursive: true });
    } catch (thrown) {
      throw new BestkError("usage", `${path} can't be used as a run directory (${messageOf(thrown)})`, {
        cause: thrown,
      });
    }
    return new RunDirectory(path, await lockDirectory(join(path, "lock"), path));
  }

  /** To read what is there, without its lock: another process may be writing. */
  static look(path: string): RunDirectory {
    return new RunDirectory(path, async () => {});
  }

  /** A saved result of this key, or null. `folder` is the work's place under `logs/`. */
  async load<T>(folder: readonly string[], key: string): Promise<T | null> {
    const saved = await this.saved<T>(folder);
    return saved?.key === key ? saved.result : null;
  }

  /** Whatever result is saved there, with its key; null if there is none that can be read. */
  async saved<T>(folder: readonly string[]): Promise<{ readonly key: string; readonly result: T } | null> {
    try {
      const saved: unknown = JSON.parse(await readFile(join(this.#logs(folder), "result.json"), "utf8"));
      return saved !== null && typeof saved === "object" ? (saved as { key: string; result: T }) : null;
    } catch {
      return null;
    }
  }

  /** Raw logs of a piece of work, by file name. */
  async rawLogs(folder: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const target = this.#logs(folder);
    const names = (await readdir(target).catch(() => [])).filter((name) => name.endsWith(".log"));
    return new Map(
      await Promise.all(names.map(async (name) => [name, await readFile(join(target, name), "utf8")] as const)),
    );
  }

  /** Writes logs first and the result last, in one step: a result that is there is whole. */
  async save(folder: readonly string[], key: string, result: unknown, logs: LogFiles): Promise<void> {
    const target = this.#logs(folder);
    await mkdir(target, { recursive: true });
    for (const [name, text] of Object.entries(logs)) await writeFile(join(target, name), text);
    await writeAtomic(join(target, "result.json"), `${JSON.stringify({ key, result }, null, 1)}\n`);
  }

  /** Lines of `rewards.jsonl`, torn tail dropped. */
  rewards(): Promise<unknown[]> {
    return readJournal(join(this.path, "rewards.jsonl"));
  }

  appendReward(line: unknown): Promise<void> {
    return appendJournal(join(this.path, "rewards.jsonl"), line);
  }

  /** Whole, valid lines of `evidence.jsonl`. */
  async evidence(): Promise<EvidenceLine[]> {
    const lines = await readJournal(join(this.path, "evidence.jsonl"));
    return lines.flatMap((line) => {
      const parsed = evidenceLineSchema.safeParse(line);
      return parsed.success ? [parsed.data] : [];
    });
  }

  appendEvidence(line: EvidenceLine): Promise<void> {
    return appendJournal(join(this.path, "evidence.jsonl"), line);
  }

  /** Keeps only these lines: what another configuration left is not evidence of this one. */
  keepEvidence(lines: readonly EvidenceLine[]): Promise<void> {
    return rewriteJournal(join(this.path, "evidence.jsonl"), lines);
  }

  async write(name: string, text: string): Promise<string> {
    const path = join(this.path, name);
    await writeAtomic(path, text);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#release();
  }

  #logs(folder: readonly string[]): string {
    return logFolder(this.path, folder);
  }
}

/** Where a run directory keeps the logs of a piece of work. */
export function logFolder(path: string, folder: readonly string[]): string {
  return join(path, "logs", ...folder.map(fileNameOf));
}

/** Ids are free text: a name that needed changing gets a hash, so that two ids never share a folder. */
export function fileNameOf(id: string): string {
  const name = id
    .replace(/^sha256:/, "")
    .replace(/[^\w.-]+/g, "_")
    .slice(0, 100);
  const same = name === id.replace(/^sha256:/, "") && !/^\.+$/.test(name) && name !== "";
  return same ? name : `${name.replace(/^\.+/, "_")}-${sha256(id).slice(0, 8)}`;
}
