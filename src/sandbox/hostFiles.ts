// Files of the process sandbox, read and written on this machine without following a link that tested code planted.
import { constants } from "node:fs";
import { chmod, lstat, mkdir, open, realpath, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { SandboxFile } from "./sandbox.js";

/** Writes a file, read-only, making folders; what is in the way inside `workdir` gives way. */
export async function writeAsController(workdir: string, file: SandboxFile): Promise<void> {
  const path = resolve(workdir, file.path);
  const inside = relative(workdir, path);
  if (!inside.startsWith("..")) {
    let folder = workdir;
    for (const part of inside.split(sep).slice(0, -1)) {
      folder = join(folder, part);
      if ((await lstat(folder).catch(() => null))?.isDirectory() === false) await rm(folder);
    }
    await rm(path, { recursive: true, force: true });
  }
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await writeFile(path, file.content, { flag: "wx" });
  await chmod(path, file.mode ?? 0o644);
}

/** The first bytes of a regular file; null for anything else, and for a path that leads through a link. */
export async function readPlainFile(workdir: string, path: string, maxBytes: number): Promise<Buffer | null> {
  const root = await realpath(workdir);
  const wanted = resolve(root, relative(workdir, resolve(workdir, path)));
  try {
    if ((await realpath(wanted)) !== wanted) return null;
    if (!(await lstat(wanted)).isFile()) return null;
    const handle = await open(wanted, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size } = await handle.stat();
      const buffer = Buffer.alloc(Math.min(size, maxBytes));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}
