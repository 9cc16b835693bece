// Temporary folders and the fixtures of every format, shared by the tests of rollouts/.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { type InspectLine, inspectFiles } from "../../src/rollouts/inspect.js";
import type { LoadOptions } from "../../src/rollouts/load.js";

export const FIXTURES = fileURLToPath(new URL("../fixtures/rollouts/", import.meta.url));

export const PATCH = "diff --git a/src/a.js b/src/a.js\n--- a/src/a.js\n+++ b/src/a.js\n@@ -1 +1 @@\n-old\n+new\n";

/** A folder with these files that is gone when the test ends; a name that ends in .gz is written compressed. */
export async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bestk-rollouts-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, name.endsWith(".gz") ? gzipSync(content) : content);
  }
  return folder;
}

export function options(more: Partial<LoadOptions> = {}): LoadOptions {
  return { signal: new AbortController().signal, ...more };
}

export async function inspect(args: readonly string[], more: Partial<LoadOptions> = {}): Promise<InspectLine[]> {
  const lines: InspectLine[] = [];
  for await (const line of inspectFiles(args, options(more))) lines.push(line);
  return lines;
}

export async function inspectText(text: string | Uint8Array, name = "file"): Promise<InspectLine> {
  const folder = await folderOf({ [name]: text });
  return (await inspect([join(folder, name)]))[0] as InspectLine;
}

export function jsonLines(...records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}
