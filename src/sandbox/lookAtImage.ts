// What the image of an instance would be, without fetching or making it: for plans.
import type { Engine } from "./engine.js";
import { type ImageRequest, madeName } from "./image.js";
import { findSource } from "./repository.js";

/** An image as a plan sees it. */
export interface LookedAtImage {
  /** null where it isn't there yet. */
  readonly id: string | null;
  /** null for an instance that names none. */
  readonly name: string | null;
  readonly state: "here" | "to pull" | "to make";
  /** null where it isn't here, or the engine doesn't say. */
  readonly bytes: number | null;
}

/** What `ensureImage` would find: asks the engine, and changes nothing. Throws SandboxError, and BestkError `input` for a repository that is none. */
export async function lookAtImage(
  engine: Engine,
  { environment, baseCommit, instanceId }: Omit<ImageRequest, "pull">,
  signal: AbortSignal,
): Promise<LookedAtImage> {
  const { image, baseImage, repository } = environment;
  const found = async (name: string, state: "to pull" | "to make"): Promise<LookedAtImage> => {
    const known = await engine.image(name, signal);
    return { id: known?.id ?? null, name, state: known === null ? state : "here", bytes: known?.bytes ?? null };
  };
  if (image !== null) return found(image, "to pull");
  if (baseImage === null || repository === null) return { id: null, name: null, state: "to make", bytes: null };
  const base = await engine.image(baseImage, signal);
  if (base === null) return { id: null, name: baseImage, state: "to pull", bytes: null };
  const name = await madeName(instanceId, base, await findSource(repository, baseCommit, signal), environment);
  return found(`${name.repo}:${name.tag}`, "to make");
}
