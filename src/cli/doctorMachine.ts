// What doctor checks of the machine itself: Node, the commands that bestk calls, and room on its disks.
import { execFile } from "node:child_process";
import { access, constants, stat, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "../core/errors.js";
import { absent, type Finding, present } from "./finding.js";
import { sizeText } from "./limits.js";

const LEAST_NODE = [20, 19] as const;
const ANSWER_MS = 10_000;
const GIB = 1024 ** 3;

export function checkNode(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) {
    return present("Node", true, `v${version}`);
  }
  const least = LEAST_NODE.join(".");
  return absent("Node", true, `v${version}`, `bestk needs Node ${least}`, `install Node ${least} or newer`);
}

export async function checkCommand(name: string, needed: boolean, cure: string): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)(name, ["--version"], { timeout: ANSWER_MS });
    return present(name, needed, stdout.split("\n")[0] ?? "");
  } catch (thrown) {
    const isGone = (thrown as NodeJS.ErrnoException).code === "ENOENT";
    const cause = isGone ? `no ${name} in PATH` : (messageOf(thrown).split("\n")[0] ?? "");
    return absent(name, needed, isGone ? "none" : "it fails", cause, cure);
  }
}

/** Where runs, temporary copies and images go, and how much each needs. */
export async function checkDisk(run: string, imageFolder: string | null): Promise<readonly Finding[]> {
  return [
    ...(await place(
      "disk for runs",
      await nearestFolder(resolve(run)),
      1 * GIB,
      true,
      "logs of a large run take gigabytes",
    )),
    ...(await place("disk for temporary files", tmpdir(), 1 * GIB, true, "copies of repositories go there (TMPDIR)")),
    // An engine of another machine keeps its images there.
    ...(imageFolder === null || (await stat(imageFolder).catch(() => null)) === null
      ? []
      : await place("disk for images", imageFolder, 10 * GIB, false, "an image of an instance takes 1 to 4 GiB")),
  ];
}

async function place(
  name: string,
  folder: string,
  least: number,
  mustWrite: boolean,
  why: string,
): Promise<readonly Finding[]> {
  try {
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const found = `${sizeText(free)} free in ${folder}`;
    if (mustWrite) await access(folder, constants.W_OK);
    if (free >= least) return [present(name, false, found)];
    return [absent(name, false, found, why, `free at least ${sizeText(least)}, or put it elsewhere`)];
  } catch (thrown) {
    const cause = messageOf(thrown);
    return [absent(name, mustWrite, folder, cause, "name a folder that exists and may be written")];
  }
}

/** The folder itself, or the nearest one above that is there. */
async function nearestFolder(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    if ((await stat(folder).catch(() => null))?.isDirectory() === true || folder === dirname(folder)) return folder;
  }
}
