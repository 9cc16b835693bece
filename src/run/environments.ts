// Where the candidates of an instance run: turns a task into a way to open fresh sandboxes, and a key of what they hold.
import { BestkError } from "../core/errors.js";
import { contentHash } from "../core/hash.js";
import type { Task } from "../core/types.js";
import type { DockerBackend } from "../sandbox/docker.js";
import type { LookedAtImage } from "../sandbox/lookAtImage.js";
import { findSource, sourceHash } from "../sandbox/repository.js";
import type { Sandbox, SandboxBackend, SandboxLimits, SandboxSpec } from "../sandbox/sandbox.js";

/** A prepared instance. */
export interface PreparedEnvironment {
  /** Content address of what a fresh sandbox holds: the image's digest, or the repository's content. */
  readonly key: string;
  open(signal: AbortSignal): Promise<Sandbox>;
  /** What a person calls its image; absent where there is none. */
  readonly image?: string;
  /** Keeps the image from being removed, until it is released: then those that are over a disk budget go. */
  hold?(signal: AbortSignal): Promise<void>;
  release?(): Promise<void>;
}

export interface Environments {
  /** The backend's name, for keys and the run card. */
  readonly sandbox: string;
  readonly limits: SandboxLimits;
  /** Makes the image where needed. Throws SandboxError if the machine fails, BestkError if the task can't be prepared. */
  prepare(task: Task, signal: AbortSignal, onProgress: (message: string) => void): Promise<PreparedEnvironment>;
  /** Fetches what `prepare` would fetch, and makes nothing. Absent: there is nothing to fetch. */
  fetch?(task: Task, signal: AbortSignal, onProgress: (message: string) => void): Promise<void>;
  /** What `prepare` would find, for a plan: changes and fetches nothing. Absent: nothing is known before it is prepared. */
  look?(task: Task, signal: AbortSignal): Promise<LookedUp>;
}

export interface LookedUp {
  /** `PreparedEnvironment.key`; null where it isn't known before the image is there. */
  readonly key: string | null;
  /** null where no image is used. */
  readonly image: Omit<LookedAtImage, "id"> | null;
}

/** Removing a large image waits for the disk. */
const RELEASE_MS = 600_000;

/**
 * Containers, from a ready image or one that is made and cached. `pull`: whether a missing image may be fetched;
 * `groundTruth`: for evaluation scripts alone; `imageBytes`: what the engine's images may take before bestk removes those
 * that it made or fetched itself, and that nobody uses.
 */
export function dockerEnvironments(
  backend: DockerBackend,
  limits: SandboxLimits,
  pull: boolean,
  groundTruth?: SandboxSpec["groundTruth"],
  imageBytes?: number,
): Environments {
  const { imageStore } = backend;
  return {
    sandbox: backend.name,
    limits,
    prepare: async (task, signal, onProgress) => {
      const { instanceId, environment, baseCommit } = task;
      const spec = { ...specOf(task, limits), ...(groundTruth === undefined ? {} : { groundTruth }) };
      const image = await backend.ensureImage({ instanceId, environment, baseCommit, pull }, signal, onProgress);
      const { id } = image;
      return {
        ...opener(backend, { ...spec, image: id }, id),
        image: image.name,
        hold: (signal) => imageStore.hold(id, signal),
        release: async () => {
          const limit = AbortSignal.timeout(RELEASE_MS);
          await imageStore.letGo(id, limit);
          if (imageBytes !== undefined) await imageStore.trim(imageBytes, limit);
        },
      };
    },
    fetch: async ({ instanceId, environment, baseCommit }, signal, onProgress) => {
      if (pull) await backend.fetchImage({ instanceId, environment, baseCommit, pull }, signal, onProgress);
    },
    look: async ({ instanceId, environment, baseCommit }, signal) => {
      const { id, ...image } = await backend.lookAtImage({ instanceId, environment, baseCommit }, signal);
      return { key: id, image };
    },
  };
}

/** Temporary copies of the repository, run by processes of this user: for suites that are trusted. */
export function processEnvironments(backend: SandboxBackend, limits: SandboxLimits): Environments {
  return {
    sandbox: backend.name,
    limits,
    prepare: async (task, signal) => {
      const { repository } = task.environment;
      if (repository === null) {
        throw new BestkError("configuration", `instance ${task.instanceId} names no repository`, {
          hint: "the process sandbox copies a folder, a git repository or a bundle: give the instance a repository",
        });
      }
      const source = await findSource(repository, task.baseCommit, signal);
      const key = contentHash({ source: await sourceHash(source) });
      return opener(backend, { ...specOf(task, limits), repository }, key);
    },
    look: async ({ environment: { repository }, baseCommit }, signal) => {
      if (repository === null) return { key: null, image: null };
      const source = await findSource(repository, baseCommit, signal);
      return { key: contentHash({ source: await sourceHash(source) }), image: null };
    },
  };
}

function opener(backend: SandboxBackend, spec: SandboxSpec, key: string): PreparedEnvironment {
  return { key, open: (signal) => backend.open(spec, signal) };
}

function specOf(task: Task, limits: SandboxLimits): SandboxSpec {
  const { instanceId, baseCommit, environment } = task;
  const { workdir, env } = environment;
  return { instanceId, image: null, repository: null, baseCommit, workdir, env, limits, labels: {} };
}
