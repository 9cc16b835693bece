// Finds the processes of a sandbox on this machine, wherever they hid: the environment they were born with says whose.
import { readdirSync, readFileSync } from "node:fs";

/** Variable that every command of a process sandbox is given: the sandbox's folder, user and number of the command. */
export const MARKER = "BESTK_SANDBOX";

const MAX_ROUNDS = 50;

/** Kills every process whose marker begins with `prefix`, until none is left. Does nothing where there is no /proc. */
export async function killMarked(prefix: string): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const pids = markedProcesses(prefix);
    if (pids.length === 0) return;
    for (const pid of pids) killQuietly(pid);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Processes of this user whose marker begins with `prefix`; empty where there is no /proc. */
export function markedProcesses(prefix: string): number[] {
  const wanted = Buffer.from(`${MARKER}=${prefix}`);
  return orEmpty(() => readdirSync("/proc"))
    .filter((name) => /^\d+$/.test(name) && environmentHas(name, wanted))
    .map(Number);
}

/** Anonymous memory of processes, in bytes, pages that they share counted once (proportionally). */
export function anonymousBytes(pids: readonly number[]): number {
  const kibibytes = pids.map((pid) => {
    const text = String(orEmpty(() => readFileSync(`/proc/${pid}/smaps_rollup`)));
    return Number(/^Pss_Anon:\s+(\d+)/m.exec(text)?.[1] ?? /^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  });
  return kibibytes.reduce((sum, size) => sum + size, 0) * 1024;
}

/** SIGKILL; a negative id is a process group. One that is gone is fine. */
export function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Read at once, not through the thread pool: /proc never waits for a disk, and this is asked several times a second. */
function environmentHas(pid: string, wanted: Buffer): boolean {
  const environment = Buffer.from(orEmpty(() => readFileSync(`/proc/${pid}/environ`)));
  const at = environment.indexOf(wanted);
  return at === 0 || (at > 0 && environment[at - 1] === 0);
}

/** What can't be read is gone, or another user's, and in neither case ours. */
function orEmpty<T>(read: () => T): T | never[] {
  try {
    return read();
  } catch {
    return [];
  }
}
