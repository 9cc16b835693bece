// Reading and writing files without holding them whole: lines in constant memory, writes that a crash can't tear.
import { createReadStream, type ReadStream } from "node:fs";
import { open, rename, rm, writeFile } from "node:fs/promises";
import { createGunzip, type Gunzip } from "node:zlib";
import { BestkError, messageOf } from "./errors.js";

/** A line of text and its number, counted from 1. */
export interface Line {
  readonly number: number;
  readonly text: string;
}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** Chunks of a file's bytes, decompressed where its first bytes say gzip. Throws BestkError `input`. */
export async function* readBytes(path: string): AsyncGenerator<Buffer> {
  let raw: ReadStream | null = null;
  try {
    const isGzip = await startsWith(path, GZIP_MAGIC);
    raw = createReadStream(path, { highWaterMark: 1 << 18 });
    yield* isGzip ? gunzipped(raw) : raw;
  } catch (thrown) {
    throw readError(path, thrown);
  } finally {
    raw?.destroy();
  }
}

/** Lines of a UTF-8 file, plain or gzipped, split at \n alone (U+2028 is text), without \r\n and a byte order mark. */
export async function* readLines(path: string): AsyncGenerator<Line> {
  let pending: Buffer[] = [];
  let number = 0;
  const take = (end: Buffer): Line => {
    const bytes = pending.length > 0 ? Buffer.concat([...pending, end]) : end;
    pending = [];
    number += 1;
    const text = bytes.toString("utf8").replace(/\r$/, "");
    return { number, text: number === 1 ? text.replace(/^\uFEFF/, "") : text };
  };
  for await (const chunk of readBytes(path)) {
    let start = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, start)) {
      yield take(chunk.subarray(start, at));
      start = at + 1;
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
  if (pending.length > 0) yield take(Buffer.alloc(0));
}

/** A whole file as text, plain or gzipped. For files known to be small. */
export async function readText(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of readBytes(path)) chunks.push(chunk);
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
}

/** Replaces a file in one step: a reader sees the old text or the new one, never half of it. */
export async function writeAtomic(path: string, text: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}

/** `pipe` passes no errors on: without this a disk error would wait for ever. */
function gunzipped(raw: ReadStream): Gunzip {
  const gunzip = createGunzip();
  raw.on("error", (thrown) => gunzip.destroy(thrown));
  return raw.pipe(gunzip);
}

async function startsWith(path: string, magic: Buffer): Promise<boolean> {
  const handle = await open(path, "r");
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    return bytesRead === magic.length && buffer.equals(magic);
  } finally {
    await handle.close();
  }
}

function readError(path: string, thrown: unknown): BestkError {
  const code = (thrown as NodeJS.ErrnoException).code ?? "";
  if (code === "ENOENT") return new BestkError("input", `${path}: no such file`, { cause: thrown });
  if (code === "EISDIR") return new BestkError("input", `${path}: is a folder`, { cause: thrown });
  if (code.startsWith("Z_")) {
    return new BestkError("input", `${path}: damaged gzip data (${messageOf(thrown)})`, { cause: thrown });
  }
  return new BestkError("input", `${path}: can't be read (${messageOf(thrown)})`, { cause: thrown });
}
