// One writer a run directory: a lock file with the process id, taken over when its owner is dead.
import { open, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { BestkError } from "../core/errors.js";

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly started: string | null;
}

/** Takes the lock or throws BestkError `usage` naming the live owner. Returns the release. */
export async function lockDirectory(path: string, folder: string): Promise<() => Promise<void>> {
  const own: Owner = { pid: process.pid, host: hostname(), started: await startOf(process.pid) };
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const handle = await open(path, "wx");
      await handle.writeFile(`${JSON.stringify(own)}\n`);
      await handle.close();
      return () => rm(path, { force: true });
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
      const owner = await readOwner(path);
      if (owner !== null && (await isAlive(owner, own.host))) {
        throw new BestkError("usage", `${folder} is in use by another bestk (process ${owner.pid} on ${owner.host})`, {
          hint: "wait for it, or give another --run folder",
        });
      }
      await rm(path, { force: true });
    }
  }
  throw new BestkError("usage", `${folder} can't be locked: another bestk takes it again and again`);
}

async function readOwner(path: string): Promise<Owner | null> {
  try {
    const owner = JSON.parse(await readFile(path, "utf8")) as Owner;
    return typeof owner.pid === "number" ? owner : null;
  } catch {
    return null;
  }
}

/** On another host nothing can be known, so the owner counts as alive. A reused process id has another start time. */
async function isAlive(owner: Owner, host: string): Promise<boolean> {
  if (owner.host !== host) return true;
  try {
    process.kill(owner.pid, 0);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const started = await startOf(owner.pid);
  return started === null || owner.started === null || started === owner.started;
}

/** Start time of a process in clock ticks since boot (Linux); null where it can't be known. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
