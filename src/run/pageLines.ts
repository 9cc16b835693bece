// Lines of a file by instance, read when they are asked for: patches of a large run need not fit into memory.
import { open, stat } from "node:fs/promises";
import { readBytes } from "../core/io.js";

export interface LinesByInstance {
  /** Parsed lines of an instance, in the order of the file. */
  readonly of: (instanceId: string) => Promise<readonly unknown[]>;
}

interface Place {
  /** Bytes from the start of the file. */
  readonly start: number;
  readonly length: number;
}

/** A plain JSONL file whose lines have an `instanceId`; without the file, no lines. Lines that can't be read are passed over. */
export async function linesByInstance(path: string): Promise<LinesByInstance> {
  const places = new Map<string, Place[]>();
  for await (const { value, ...place } of jsonLines(path)) {
    const { instanceId } = value as { readonly instanceId?: unknown };
    if (typeof instanceId === "string") places.set(instanceId, [...(places.get(instanceId) ?? []), place]);
  }
  return {
    of: async (instanceId) => {
      const own = places.get(instanceId) ?? [];
      if (own.length === 0) return [];
      const file = await open(path, "r");
      try {
        const values: unknown[] = [];
        for (const { start, length } of own) {
          const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
          const value = parsed(buffer.subarray(0, bytesRead));
          if (value !== null) values.push(value);
        }
        return values;
      } finally {
        await file.close();
      }
    },
  };
}

/** Every whole line that is a JSON object, one at a time; none where there is no such file. A torn last line is none. */
export async function* jsonLines(path: string): AsyncGenerator<Place & { readonly value: object }> {
  if ((await stat(path).catch(() => null))?.isFile() !== true) return;
  let pending: Buffer[] = [];
  let start = 0;
  for await (const chunk of readBytes(path)) {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...pending, chunk.subarray(from, at)]);
      pending = [];
      const value = parsed(line);
      if (value !== null) yield { start, length: line.length, value };
      start += line.length + 1;
      from = at + 1;
    }
    if (from < chunk.length) pending.push(Buffer.from(chunk.subarray(from)));
  }
}

function parsed(line: Uint8Array): object | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(line).toString("utf8"));
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
