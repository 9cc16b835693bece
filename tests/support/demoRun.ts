// The whole demo, run once by whichever test file asks first: it takes longest of all commands, and two pages and a test read what it leaves.
import { cp, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inject } from "vitest";
import { type Finished, startProgram } from "./program.js";

/** The command as the pages have it, without a run directory before it. */
export const DEMO_COMMAND = "bestk demo --run demo-run";

/** Copies the demo's run directory to a path where nothing is yet; says how the command ended and what it printed. */
export async function copyDemoRun(path: string): Promise<Finished> {
  const home = join(inject("sharedFolder"), "demo");
  // It says what it made, and nothing to the one that comes second.
  const isFirst = (await mkdir(home, { recursive: true })) !== undefined;
  const finished = isFirst ? await make(home) : await made(home);
  await cp(join(home, "demo-run"), path, { recursive: true, errorOnExist: true, force: false });
  return finished;
}

async function make(home: string): Promise<Finished> {
  const [, ...args] = DEMO_COMMAND.split(" ");
  const finished = await startProgram(home, args).finished;
  await writeFile(join(home, "finished.part"), JSON.stringify(finished));
  await rename(join(home, "finished.part"), join(home, "finished.json"));
  return finished;
}

/** Waits for another test file; where that one dies, the time limit of the test that waits ends this. */
async function made(home: string): Promise<Finished> {
  for (;;) {
    const text = await readFile(join(home, "finished.json"), "utf8").catch(() => null);
    if (text !== null) return JSON.parse(text) as Finished;
    await sleep(100);
  }
}
