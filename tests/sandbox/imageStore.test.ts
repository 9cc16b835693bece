// Images under a disk budget: only bestk's own go, oldest use first, never one that is held, in use or somebody's by name.
import { beforeEach, describe, expect, it } from "vitest";
import type { Engine, StoredImage } from "../../src/sandbox/engine.js";
import { imageStore, markFetched } from "../../src/sandbox/imageStore.js";
import { type Owner, ownerWord, thisOwner } from "../../src/sandbox/owner.js";

const never = new AbortController().signal;

let images: Map<string, { names: Set<string>; labels: Record<string, string>; created: number; containers: number }>;
let engine: Engine;

/** Every image takes one byte. */
beforeEach(() => {
  images = new Map();
  engine = {
    tag: async (image: string, { repo, tag }: { repo: string; tag: string }) => {
      images.get(image)?.names.add(`${repo}:${tag}`);
    },
    untag: async (reference: string) => {
      for (const [id, image] of images) {
        if (id !== reference && !image.names.has(reference)) continue;
        if (image.containers > 0 && image.names.size <= 1) return false;
        image.names.delete(reference);
        if (image.names.size === 0) images.delete(id);
        return true;
      }
      return false;
    },
    storedImages: async () => ({
      bytes: images.size,
      images: [...images].map(([id, { names, ...image }]): StoredImage => ({ id, names: [...names], ...image })),
    }),
  } as unknown as Engine;
});

function put(id: string, names: readonly string[], made: boolean, created = 0, containers = 0): void {
  images.set(id, { names: new Set(names), labels: made ? { "bestk.owner": "" } : {}, created, containers });
}

const ids = (): readonly string[] => [...images.keys()].sort();

describe("the image store", () => {
  it("removes what bestk made or fetched, the oldest first, and stops at the budget", async () => {
    put("user", ["python:3.9"], false);
    put("old", ["bestk/a:1"], true, 1);
    put("new", ["bestk/b:1"], true, 2);
    put("fetched", ["swebench/x:latest"], false, 3);
    await markFetched(engine, "fetched", "swebench/x", never);
    const store = imageStore(engine, thisOwner);
    expect(await store.trim(3, never)).toBe(1);
    expect(ids()).toEqual(["fetched", "new", "user"]);
    expect(await store.trim(0, never)).toBe(2);
    expect(ids()).toEqual(["user"]);
  });

  it("never removes the user's: images that were there, and those that have another name by now", async () => {
    put("there", ["swebench/y:latest"], false);
    put("named", ["bestk/a:1", "my/own:1"], true);
    put("renamed", ["swebench/x:latest", "keep/x:1"], false);
    await markFetched(engine, "renamed", "swebench/x", never);
    expect(await imageStore(engine, thisOwner).trim(0, never)).toBe(0);
    expect(ids()).toEqual(["named", "renamed", "there"]);
  });

  it("keeps what is held, here or by another bestk that runs, and what a container was made of", async () => {
    const owner = await thisOwner();
    const dead: Owner = { ...owner, started: "1" };
    put("held", ["bestk/a:1"], true, 1);
    put("theirs", ["bestk/b:1", `bestk/used-0123456789ab:${ownerWord(owner)}`], true, 2);
    put("dead", ["bestk/c:1", `bestk/used-0123456789ab:${ownerWord(dead)}`], true, 3);
    put("busy", ["bestk/d:1"], true, 4, 1);
    const store = imageStore(engine, thisOwner);
    await store.hold("held", never);
    await store.hold("held", never);
    await store.letGo("held", never);
    expect(await store.trim(0, never)).toBe(1);
    expect(ids()).toEqual(["busy", "held", "theirs"]);
    await store.letGo("held", never);
    expect([...(images.get("held")?.names ?? [])]).toEqual(["bestk/a:1"]);
    expect(await store.trim(0, never)).toBe(1);
    expect(ids()).toEqual(["busy", "theirs"]);
  });

  it("removes the one that was used longest ago", async () => {
    put("first", ["bestk/a:1"], true, 1);
    put("second", ["bestk/b:1"], true, 2);
    const store = imageStore(engine, thisOwner);
    for (const id of ["second", "first"]) {
      await store.hold(id, never);
      await store.letGo(id, never);
    }
    await store.trim(1, never);
    expect(ids()).toEqual(["first"]);
  });
});
