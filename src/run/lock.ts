// One writer a run directory: a lock file with the process id, taken over when its owner is dead.
import { open, readFile, rm } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { BestkError } from "../core/errors.js";
import { isOwnerAlive, ownerWord, thisOwner } from "../sandbox/owner.js";

interface Lock {
  readonly pid: number;
  /** Names machine, process and its start, so that a reused process id is not taken for the owner. */
  readonly owner: string;
}

/** Between a lock's making and its writing, or a stale one's last look and its removal, lie microseconds. */
const MOMENT_MS = 100;
const ATTEMPTS = 5;

/** Takes the lock or throws BestkError `usage` naming the live owner. Returns the release. */
export async function lockDirectory(path: string, folder: string): Promise<() => Promise<void>> {
  const own: Lock = { pid: process.pid, owner: ownerWord(await thisOwner()) };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await created(path, own)) return () => rm(path, { force: true });
    const text = await settledText(path);
    const held = parseLock(text);
    if (held !== null && (await isOwnerAlive(held.owner))) {
      throw new BestkError("usage", `${folder} is in use by another bestk (process ${held.pid}, ${held.owner})`, {
        hint: "wait for it, or give another --run folder",
      });
    }
    if (text !== null) await removeStale(path, text, own);
  }
  throw new BestkError("usage", `${folder} can't be locked: another bestk takes it again and again`);
}

/** Whether a living process holds the lock. */
export async function isLocked(path: string): Promise<boolean> {
  const held = parseLock(await textOf(path));
  return held !== null && (await isOwnerAlive(held.owner));
}

async function created(path: string, lock: Lock): Promise<boolean> {
  try {
    const handle = await open(path, "wx");
    await handle.writeFile(`${JSON.stringify(lock)}\n`);
    await handle.close();
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
    return false;
  }
}

/** What a lock says; null if it is gone. One that isn't whole may be about to be written: it gets a moment. */
async function settledText(path: string): Promise<string | null> {
  const text = await textOf(path);
  if (text === null || parseLock(text) !== null) return text;
  await pause(MOMENT_MS);
  return textOf(path);
}

/**
 * Removes the lock that was read, and no other: several may find it stale at once, and the first of them holds it by the
 * time that the last one acts. One at a time looks again and removes; a second file says whose turn it is.
 */
async function removeStale(path: string, text: string, own: Lock): Promise<void> {
  const turn = `${path}.takeover`;
  if (!(await created(turn, own))) {
    const other = await settledText(turn);
    const owner = parseLock(other)?.owner;
    if (owner !== undefined && (await isOwnerAlive(owner))) await pause(MOMENT_MS);
    else if (other !== null) await rm(turn, { force: true });
    return;
  }
  try {
    if ((await textOf(path)) === text) await rm(path, { force: true });
  } finally {
    await rm(turn, { force: true });
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
