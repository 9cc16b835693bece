// One writer a run directory: a lock file with the process id, taken over when its owner is dead.
import { open, readFile, rm } from "node:fs/promises";
import { BestkError } from "../core/errors.js";
import { isOwnerAlive, ownerWord, thisOwner } from "../sandbox/owner.js";

interface Lock {
  readonly pid: number;
  /** Names machine, process and its start, so that a reused process id is not taken for the owner. */
  readonly owner: string;
}

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
      const held = await readLock(path);
      if (held !== null && (await isOwnerAlive(held.owner))) {
        throw new BestkError("usage", `${folder} is in use by another bestk (process ${held.pid}, ${held.owner})`, {
          hint: "wait for it, or give another --run folder",
        });
      }
      await rm(path, { force: true });
    }
  }
  throw new BestkError("usage", `${folder} can't be locked: another bestk takes it again and again`);
}

/** null for a lock that was torn while it was written: its owner is dead. */
async function readLock(path: string): Promise<Lock | null> {
  try {
    const { pid, owner } = JSON.parse(await readFile(path, "utf8")) as Partial<Lock>;
    return typeof pid === "number" && typeof owner === "string" ? { pid, owner } : null;
  } catch {
    return null;
  }
}
