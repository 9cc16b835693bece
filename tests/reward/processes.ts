// Which processes are children of another: shows that none is left behind.
import { execFileSync } from "node:child_process";

/** Ids of the living children of `parent` whose command line contains `text`. */
export function childrenOf(parent: number, text: string): number[] {
  return processes()
    .filter((process) => process.parent === parent && process.command.includes(text))
    .map((process) => process.id);
}

export function isAlive(id: number): boolean {
  return processes().some((process) => process.id === id);
}

function processes(): { id: number; parent: number; command: string }[] {
  const listing = execFileSync("ps", ["-eo", "pid=,ppid=,stat=,args="], { encoding: "utf8" });
  return listing.split("\n").flatMap((line) => {
    const [, id, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return id === undefined || state?.startsWith("Z")
      ? []
      : [{ id: Number(id), parent: Number(parent), command: command ?? "" }];
  });
}
