// Who a sandbox belongs to: decides whether a leftover is a dead run's, and may be swept, or a living one's.
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { BestkError } from "../core/errors.js";

/** Label of every container and name of every folder that bestk makes. */
export const OWNER_LABEL = "bestk.owner";

/** A process on a machine: the pid alone could be another's by now, so the time when it started tells them apart. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  /** Clock ticks from the machine's start, or "0" where the system doesn't say. */
  readonly started: string;
}

/** This process. */
export async function thisOwner(): Promise<Owner> {
  const started = await startOf(process.pid);
  if (started === null) throw new BestkError("bug", "this process can't find itself");
  return { host: await machine(), pid: process.pid, started };
}

/** One word, safe in a label and a file name. */
export function ownerWord(owner: Owner): string {
  return `${owner.host}_${owner.pid}_${owner.started}`;
}

/** False only if the owner was a process of this machine that is gone: what can't be judged from here is left alone. */
export async function isOwnerAlive(word: string): Promise<boolean> {
  const match = /^(.*)_(\d+)_(\d+)$/.exec(word);
  if (match === null) return true;
  const [, host, pid, started] = match;
  if (host !== (await machine())) return true;
  return (await startOf(Number(pid))) === started;
}

/** When a process started; null if there is none with that id. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold spaces; the start is the 22nd field, the 20th behind it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "0";
  } catch {
    return process.platform === "linux" || !answers(pid) ? null : "0";
  }
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The host's name and, on Linux, its boot: after a restart every process of before is gone. */
async function machine(): Promise<string> {
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  return `${hostname()}.${boot.slice(0, 8)}`.replace(/[^A-Za-z0-9.-]/g, "-");
}
