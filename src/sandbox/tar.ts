// Packs a folder of this machine as a tar stream that a container unpacks as the controller's own files.
import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type Pack, pack } from "tar-stream";

/** A tar of `folder` whose entries lie under the absolute path `target`, owned by root, with modes and times kept. */
export function packFolder(folder: string, target: string): Readable {
  const archive = pack();
  const prefix = target.replace(/^\/+|\/+$/g, "");
  addFolder(archive, folder, prefix).then(
    () => archive.finalize(),
    (thrown: Error) => archive.destroy(thrown),
  );
  return Readable.from(archive, { objectMode: false });
}

async function addFolder(archive: Pack, folder: string, name: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const inside = `${name}/${entry.name}`;
    if (entry.isSymbolicLink()) {
      await add(archive, { name: inside, type: "symlink", linkname: await readlink(path), uid: 0, gid: 0 });
      continue;
    }
    if (!entry.isDirectory() && !entry.isFile()) continue;
    const { mode, mtime } = await stat(path);
    const header = { name: inside, mode: mode & 0o777, mtime, uid: 0, gid: 0 };
    if (entry.isDirectory()) {
      await add(archive, { ...header, type: "directory" });
      await addFolder(archive, path, inside);
    } else {
      await add(archive, { ...header, type: "file" }, await readFile(path));
    }
  }
}

function add(archive: Pack, header: Parameters<Pack["entry"]>[0], content?: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => (error ? reject(error) : resolve());
    if (content === undefined) archive.entry(header, done);
    else archive.entry({ ...header, size: content.length }, content, done);
  });
}
