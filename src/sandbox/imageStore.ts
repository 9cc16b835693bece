// Which images may go when their disk is full: only those that bestk made or fetched itself, that nobody uses, oldest use first.
import { sha256 } from "../core/hash.js";
import type { Engine, StoredImage } from "./engine.js";
import { isOwnerAlive, OWNER_LABEL, type Owner, ownerWord } from "./owner.js";

/** Names that bestk gives to images beside their own; the engine keeps them, so that no file has to. */
const FETCHED = "bestk/fetched";
const USED = /^bestk\/used-[0-9a-f]{12}:(.+)$/;

/** Marks an image that bestk fetched by this reference: what was there before has no such mark, and is never removed. */
export function markFetched(engine: Engine, image: string, reference: string, signal: AbortSignal): Promise<void> {
  return engine.tag(image, { repo: FETCHED, tag: wordOf(reference) }, signal);
}

/** Takes away marks of runs that are dead: an image that its user removes must not stay for them. */
export async function sweepMarks(engine: Engine, signal: AbortSignal): Promise<void> {
  for (const name of await engine.imageNames("bestk/used-*", signal)) {
    const word = USED.exec(name)?.[1];
    if (word !== undefined && !(await isOwnerAlive(word))) await engine.untag(name, signal);
  }
}

export interface ImageStore {
  /** No bestk removes the image, until it is let go or this process has ended. */
  hold(image: string, signal: AbortSignal): Promise<void>;
  letGo(image: string, signal: AbortSignal): Promise<void>;
  /** Removes what may go until the engine's images take at most so many bytes; returns how many were removed. */
  trim(budgetBytes: number, signal: AbortSignal): Promise<number>;
}

export function imageStore(engine: Engine, owner: () => Promise<Owner>): ImageStore {
  const holders = new Map<string, number>();
  const lastUsed = new Map<string, number>();
  let uses = 0;
  let trimming: Promise<unknown> = Promise.resolve();
  const useOf = async (image: string): Promise<{ repo: string; tag: string }> => ({
    repo: `bestk/used-${image.replace(/^sha256:/, "").slice(0, 12)}`,
    tag: ownerWord(await owner()),
  });
  const trim = async (budgetBytes: number, signal: AbortSignal): Promise<number> => {
    let { bytes, images } = await engine.storedImages(signal);
    let removed = 0;
    const used = (image: StoredImage): number => lastUsed.get(image.id) ?? -1 / (1 + image.created);
    const inOrder = images.filter(isOwn).toSorted((a, b) => used(a) - used(b) || a.created - b.created);
    for (const image of inOrder) {
      if (bytes <= budgetBytes) break;
      if (holders.has(image.id) || image.containers > 0 || (await isHeld(image))) continue;
      if (!(await removeImage(engine, image, signal))) continue;
      removed += 1;
      ({ bytes, images } = await engine.storedImages(signal));
    }
    return removed;
  };
  return {
    hold: async (image, signal) => {
      if (!holders.has(image)) await engine.tag(image, await useOf(image), signal);
      holders.set(image, (holders.get(image) ?? 0) + 1);
    },
    letGo: async (image, signal) => {
      uses += 1;
      lastUsed.set(image, uses);
      const left = (holders.get(image) ?? 1) - 1;
      if (left > 0) {
        holders.set(image, left);
        return;
      }
      holders.delete(image);
      const { repo, tag } = await useOf(image);
      await engine.untag(`${repo}:${tag}`, signal);
    },
    // One at a time: two that look at once would both find it too full.
    trim: (budgetBytes, signal) => {
      const next = trimming.then(() => trim(budgetBytes, signal));
      trimming = next.catch(() => {});
      return next;
    },
  };
}

/** Made here, or fetched by a reference that is, beside bestk's marks, its only name: another name is somebody's. */
function isOwn({ names, labels }: StoredImage): boolean {
  const others = names.filter((name) => !name.startsWith("bestk/"));
  if (labels[OWNER_LABEL] === "") return others.length === 0;
  const fetched = names.filter((name) => name.startsWith(`${FETCHED}:`));
  return fetched.length > 0 && others.every((name) => fetched.includes(`${FETCHED}:${wordOf(name)}`));
}

/** Held by another bestk that still runs; the marks of those that don't hold nothing. */
async function isHeld({ names }: StoredImage): Promise<boolean> {
  for (const name of names) {
    const word = USED.exec(name)?.[1];
    if (word !== undefined && (await isOwnerAlive(word))) return true;
  }
  return false;
}

/** By its names, never by force: the engine keeps what a container or another image needs. */
async function removeImage(engine: Engine, { id, names }: StoredImage, signal: AbortSignal): Promise<boolean> {
  const own = (name: string): number => (name.startsWith("bestk/") ? 1 : 0);
  const references = names.length === 0 ? [id] : names.toSorted((a, b) => own(a) - own(b));
  let all = true;
  for (const reference of references) all = (await engine.untag(reference, signal)) && all;
  return all;
}

/** A reference without a tag means `latest`, as the engine lists it. */
function wordOf(reference: string): string {
  const last = reference.slice(reference.lastIndexOf("/") + 1);
  const whole = last.includes(":") || last.includes("@") ? reference : `${reference}:latest`;
  return sha256(whole).slice(0, 32);
}
