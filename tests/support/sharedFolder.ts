// A folder that all files of one test run share, so that what is dear to make and only read is made once; gone at the end.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    sharedFolder: string;
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "bestk-shared-"));
  provide("sharedFolder", folder);
  return () => rm(folder, { recursive: true, force: true });
}
