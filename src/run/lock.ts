// One writer a run directory: a lock file with the process id, taken over when its owner is dead.
import { link, open, readFile, rename, rm } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { BestkError } from "../core/errors.js";
import { isOwnerAlive, ownerWord, thisOwner } from "../sandbox/owner.js";

interface Lock {
  readonly pid: number;
  /** Names machine, process and its start, so that a reused process id is not taken for the owner. */
  readonly owner: string;
}

/** Between a lock's making and its writing lie microseconds. */
const WRITE_MS = 200;

/** Takes the lock or throws BestkError `usage` naming the live owner. Returns the release. */
export async function lockDirectory(path: string, folder: string): Promise<() => Promise<void>> {
  const own: Lock = { pid: process.pid, owner: ownerWord(await thisOwner()) };
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const handle = await open(path, "wx");
      await handle.writeFile(`${JSON.stringify(own)}\n`);
      await handle.close();
      return () => rm(path, { force: true });
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
      const text = await readLock(path);
      const held = parseLock(text);
      if (held !== null && (await isOwnerAlive(held.owner))) {
        throw new BestkError("usage", `${folder} is in use by another bestk (process ${held.pid}, ${held.owner})`, {
          hint: "wait for it, or give another --run folder",
        });
      }
      if (text !== null) await removeStale(path, text);
    }
  }
  throw new BestkError("usage", `${folder} can't be locked: another bestk takes it again and again`);
}

/** What the lock says; null if it is gone. One that isn't whole may be about to be written: it gets a moment. */
async function readLock(path: string): Promise<string | null> {
  const text = await textOf(path);
  if (text === null || parseLock(text) !== null) return text;
  await pause(WRITE_MS);
  return textOf(path);
}

/** Removes the lock that was read, and no other: between reading and removing, another bestk may have taken it over. */
async function removeStale(path: string, text: string): Promise<void> {
  const aside = `${path}.${process.pid}.stale`;
  try {
    await rename(path, aside);
    if ((await textOf(aside)) !== text) await link(aside, path);
  } catch (thrown) {
    if (!["ENOENT", "EEXIST"].includes((thrown as NodeJS.ErrnoException).code ?? "")) throw thrown;
  } finally {
    await rm(aside, { force: true });
  }
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}

/** null for a lock that was torn while it was written: its owner is dead. */
function parseLock(text: string | null): Lock | null {
  try {
    const { pid, owner } = JSON.parse(text ?? "") as Partial<Lock>;
    return typeof pid === "number" && typeof owner === "string" ? { pid, owner } : null;
  } catch {
    return null;
  }
}
