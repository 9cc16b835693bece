import { writeFileSync } from "node:fs";
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appendJournal, readJournal, rewriteJournal } from "../../src/run/journal.js";
import { RunDirectory } from "../../src/run/store.js";
import { ownerWord, thisOwner } from "../../src/sandbox/owner.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-run-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe("journal", () => {
  it("drops a torn last line and goes on from the one before", async () => {
    const path = join(folder, "x.jsonl");
    await appendJournal(path, { a: 1 });
    await appendFile(path, '{"a":2,"text":"cut he');
    expect(await readJournal(path)).toEqual([{ a: 1 }]);
    await appendJournal(path, { a: 3 });
    expect(await readJournal(path)).toEqual([{ a: 1 }, { a: 3 }]);
  });

  it("passes over a line that is damaged in the middle", async () => {
    const path = join(folder, "x.jsonl");
    await writeFile(path, '{"a":1}\n{"a":\0\0\n{"a":3}\n');
    expect(await readJournal(path)).toEqual([{ a: 1 }, { a: 3 }]);
  });

  it("is empty where there is no file, and replaced as a whole", async () => {
    const path = join(folder, "x.jsonl");
    expect(await readJournal(path)).toEqual([]);
    await rewriteJournal(path, [{ b: 1 }, { b: 2 }]);
    expect(await readFile(path, "utf8")).toBe('{"b":1}\n{"b":2}\n');
  });
});

describe("RunDirectory", () => {
  it("is held by one process at a time and free again afterwards", async () => {
    const directory = await RunDirectory.open(folder);
    await expect(RunDirectory.open(folder)).rejects.toThrow(/in use by another bestk \(process \d+/);
    await directory[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
    await using again = await RunDirectory.open(folder);
    expect(again.path).toBe(folder);
  });

  it("takes over the lock of a dead process, of a reused process id, and a damaged one", async () => {
    const own = ownerWord(await thisOwner());
    const locks = [
      JSON.stringify({ pid: 4194305, owner: own.replace(`_${process.pid}_`, "_4194305_") }),
      JSON.stringify({ pid: process.pid, owner: own.replace(/_\d+$/, "_1") }),
      "{ torn",
    ];
    for (const lock of locks) {
      await writeFile(join(folder, "lock"), lock);
      await writeFile(join(folder, "lock.takeover"), lock);
      await using directory = await RunDirectory.open(folder);
      expect(directory.path).toBe(folder);
    }
  });

  it("does not take a lock that is still being written for a dead process's", async () => {
    const lock = join(folder, "lock");
    const whole = JSON.stringify({ pid: process.pid, owner: ownerWord(await thisOwner()) });
    await writeFile(lock, "");
    setTimeout(() => writeFileSync(lock, whole), 30);
    await expect(RunDirectory.open(folder)).rejects.toThrow(/in use by another bestk/);
  });

  it("is taken over by one of many that find it stale at once", { timeout: 60_000 }, async () => {
    const own = ownerWord(await thisOwner());
    for (let round = 0; round < 10; round++) {
      await writeFile(join(folder, "lock"), JSON.stringify({ pid: 4194305, owner: own.replace(/_\d+$/, "_1") }));
      const opened = await Promise.allSettled(Array.from({ length: 12 }, () => RunDirectory.open(folder)));
      expect(opened.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect((await readdir(folder)).sort()).toEqual(["lock", "logs"]);
    }
  });

  it("does not take over the lock of another machine", async () => {
    await writeFile(join(folder, "lock"), JSON.stringify({ pid: 1, owner: "elsewhere_1_1" }));
    await expect(RunDirectory.open(folder)).rejects.toThrow(/elsewhere/);
  });

  it("gives a saved result back under its own key alone", async () => {
    await using directory = await RunDirectory.open(folder);
    await directory.save(["x/y", "sha256:ab"], "k1", { value: 1 }, { "a.log": "text" });
    expect(await directory.load(["x/y", "sha256:ab"], "k1")).toEqual({ value: 1 });
    expect(await directory.load(["x/y", "sha256:ab"], "k2")).toBeNull();
    expect(await directory.load(["x_y", "sha256:ab"], "k1")).toBeNull();
    expect(await directory.load(["..", ".."], "k1")).toBeNull();
  });

  it("never writes outside of its folder, whatever an id is", async () => {
    await using directory = await RunDirectory.open(join(folder, "run"));
    await directory.save(["../../escape", ".."], "k", 1, {});
    expect(await readdir(folder)).toEqual(["run"]);
  });
});
