// Talks to a Docker engine: the only file that knows the client library, and turns its failures into SandboxError.
import type { Duplex } from "node:stream";
import Docker from "dockerode";
import { deadline } from "../core/deadline.js";
import { BestkError, messageOf } from "../core/errors.js";
import { openContainer } from "./container.js";
import type { Engine, EngineFacts } from "./engine.js";
import { explainEngine } from "./engineFailure.js";
import { imageCalls } from "./engineImages.js";
import { type EnsuredImage, ensureImage, fetchImage, type ImageRequest } from "./image.js";
import { type ImageStore, imageStore, sweepMarks } from "./imageStore.js";
import { type LookedAtImage, lookAtImage } from "./lookAtImage.js";
import { isOwnerAlive, OWNER_LABEL, type Owner, thisOwner } from "./owner.js";
import { type SandboxBackend, SandboxError } from "./sandbox.js";
import { tryWalls, type Wall } from "./walls.js";

export interface DockerOptions {
  /** Unix socket of the engine; default is the client's own rule (DOCKER_HOST, then the usual sockets). */
  readonly socketPath?: string;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** The `docker` backend: one hardened container a sandbox, and the images that sandboxes start from. */
export interface DockerBackend extends SandboxBackend {
  /** Finds or makes the image of an instance; see `image.ts`. */
  ensureImage(request: ImageRequest, signal: AbortSignal, onProgress: (line: string) => void): Promise<EnsuredImage>;
  /** Fetches what `ensureImage` would fetch, if it isn't there. */
  fetchImage(request: ImageRequest, signal: AbortSignal, onProgress: (line: string) => void): Promise<void>;
  /** What `ensureImage` would find; fetches and makes nothing. */
  lookAtImage(request: Omit<ImageRequest, "pull">, signal: AbortSignal): Promise<LookedAtImage>;
  /** Holds images while they are used, and removes bestk's own beyond a disk budget. */
  readonly imageStore: ImageStore;
}

/** Finding out what the engine really enforces; `image` null takes one that the engine has. Null: it has none. */
export async function tryDockerWalls(
  options: DockerOptions,
  image: string | null,
  signal: AbortSignal,
): Promise<readonly Wall[] | null> {
  const engine = connect(options.socketPath);
  for (const candidate of image === null ? await engine.images(signal) : [image]) {
    try {
      return await tryWalls(dockerBackend(options), candidate, signal);
    } catch (thrown) {
      // Such as an image without a shell: another one will do.
      if (image !== null || signal.aborted || !(thrown instanceof BestkError)) throw thrown;
    }
  }
  return null;
}

/** What the engine is and how it keeps things, for `doctor`. Throws SandboxError. */
export function engineFacts(options: DockerOptions, signal: AbortSignal): Promise<EngineFacts> {
  return connect(options.socketPath).facts(signal);
}

/** Connects lazily: nothing is asked of the engine before the first call. */
export function dockerBackend(options: DockerOptions): DockerBackend {
  const engine = connect(options.socketPath);
  let owner: Promise<Owner> | null = null;
  const whose = (): Promise<Owner> => {
    owner ??= thisOwner();
    return owner;
  };
  return {
    name: "docker",
    guarantees: {
      isolatedNetwork: true,
      isolatedFiles: true,
      separateUser: true,
      memory: "enforced",
      processes: "enforced",
      cpu: "enforced",
      disk: "watched",
    },
    imageStore: imageStore(engine, whose),
    check: (signal) => check(engine, signal),
    open: async (spec, signal) => openContainer(engine, spec, await whose(), options.now, signal),
    sweep: (signal) => sweep(engine, signal),
    lookAtImage: (request, signal) => lookAtImage(engine, request, signal),
    fetchImage: (request, signal, onProgress) => fetchImage(engine, request, signal, onProgress),
    ensureImage: async (request, signal, onProgress) => ensureImage(engine, request, await whose(), signal, onProgress),
  };
}

async function check(engine: Engine, signal: AbortSignal): Promise<void> {
  try {
    await engine.ping(signal);
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    throw new BestkError("prerequisite", `no container engine answers at ${engine.address} (${messageOf(thrown)})`, {
      hint: "start Docker and see that this user may use its socket, or pass --sandbox process for suites that you trust",
      cause: thrown,
    });
  }
}

/** A container whose owner (process, machine and boot) still runs is another run's, and is left alone. */
async function sweep(engine: Engine, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (const container of await engine.list(OWNER_LABEL, signal)) {
    if (await isOwnerAlive(container.labels[OWNER_LABEL] ?? "")) continue;
    await engine.remove(container.id, signal);
    removed += 1;
  }
  await sweepMarks(engine, signal);
  return removed;
}

/** Short questions; an engine that takes longer than this is as good as gone. */
const ANSWER_MS = 30_000;
/** Creating, starting and removing wait for the disk. */
const WORK_MS = 120_000;
/** Moving whole images. */
const IMAGE_MS = 3_600_000;

/** An engine behind dockerode. Its `timeout` option is not used: it never settles once headers were sent. */
export function connect(socketPath?: string): Engine {
  const docker = socketPath === undefined ? new Docker() : new Docker({ socketPath });
  const address = socketPath ?? describe(docker);
  const ask = <T>(limitMs: number, signal: AbortSignal, call: (abortSignal: AbortSignal) => Promise<T>): Promise<T> =>
    guarded(address, limitMs, signal, call);
  return {
    address,
    ping: (signal) => ask(ANSWER_MS, signal, async () => void (await docker.ping())),
    facts: (signal) =>
      ask(ANSWER_MS, signal, async () => {
        const info = (await docker.info()) as Readonly<Record<string, unknown>>;
        const text = (name: string): string => (typeof info[name] === "string" ? (info[name] as string) : "unknown");
        const number = (name: string): number => (typeof info[name] === "number" ? (info[name] as number) : 0);
        return {
          address,
          version: text("ServerVersion"),
          storage: text("Driver"),
          cgroups: text("CgroupVersion"),
          folder: text("DockerRootDir"),
          cpus: number("NCPU"),
          memoryBytes: number("MemTotal"),
        };
      }),
    image: (reference, signal) =>
      ask(ANSWER_MS, signal, async (abortSignal) => {
        const found = await orNull(docker.getImage(reference).inspect({ abortSignal } as object));
        return (
          found && { id: found.Id, labels: found.Config?.Labels ?? {}, env: found.Config?.Env ?? [], bytes: found.Size }
        );
      }),
    images: (signal) =>
      ask(ANSWER_MS, signal, async () => {
        const all = await docker.listImages();
        return [...all].sort((a, b) => a.Size - b.Size).map((image) => image.Id);
      }),
    pull: (reference, signal) =>
      ask(IMAGE_MS, signal, async (abortSignal) => {
        const progress: NodeJS.ReadableStream = await docker.pull(reference, { abortSignal });
        await new Promise<void>((resolve, reject) => {
          docker.modem.followProgress(progress, (error) => (error ? reject(error) : resolve()));
        });
      }),
    create: (body, signal) =>
      ask(WORK_MS, signal, async (abortSignal) => (await docker.createContainer({ ...body, abortSignal })).id),
    attach: (container, signal) =>
      ask(ANSWER_MS, signal, async () => {
        const how = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true };
        return quiet((await docker.getContainer(container).attach(how)) as Duplex);
      }),
    start: (container, signal) =>
      ask(WORK_MS, signal, (abortSignal) => docker.getContainer(container).start({ abortSignal })),
    exec: (container, request, signal) =>
      ask(WORK_MS, signal, async (abortSignal) => {
        const exec = await docker.getContainer(container).exec({
          Cmd: [...request.argv],
          User: request.user,
          Env: pairs(request.env),
          AttachStdin: request.stdin,
          AttachStdout: true,
          AttachStderr: true,
          abortSignal,
        });
        const stream = quiet((await exec.start({ hijack: true, stdin: request.stdin })) as Duplex);
        return {
          stream,
          inspect: (inner) =>
            ask(ANSWER_MS, inner, async (innerSignal) => {
              const state = await exec.inspect({ abortSignal: innerSignal });
              return { running: state.Running, exitCode: state.ExitCode };
            }),
        };
      }),
    inspect: (container, size, signal) =>
      ask(ANSWER_MS, signal, async (abortSignal) => {
        const found = await orNull(docker.getContainer(container).inspect({ size, abortSignal } as object));
        if (found === null) return null;
        const written = (found as { SizeRw?: number }).SizeRw;
        return {
          running: found.State.Running,
          oomKilled: found.State.OOMKilled,
          writtenBytes: size ? (written ?? 0) : null,
        };
      }),
    kill: (container, signal) =>
      ask(WORK_MS, signal, async (abortSignal) => {
        await unless([404, 409], docker.getContainer(container).kill({ abortSignal }));
      }),
    remove: (container, signal) =>
      ask(WORK_MS, signal, async (abortSignal) => {
        await unless([404, 409], docker.getContainer(container).remove({ force: true, v: true, abortSignal }));
      }),
    list: (label, signal) =>
      ask(ANSWER_MS, signal, async (abortSignal) => {
        const all = await docker.listContainers({ all: true, filters: { label: [label] }, abortSignal });
        return all.map((container) => ({ id: container.Id, labels: container.Labels }));
      }),
    upload: (container, folder, tar, signal) =>
      ask(IMAGE_MS, signal, async (abortSignal) => {
        await docker.getContainer(container).putArchive(tar, { path: folder, abortSignal });
      }),
    commit: (container, name, changes, signal) =>
      ask(IMAGE_MS, signal, async (abortSignal) => {
        const made = await docker
          .getContainer(container)
          .commit({ repo: name.repo, tag: name.tag, changes: changes.join("\n"), pause: true, abortSignal });
        return made.Id as string;
      }),
    ...imageCalls(docker, (signal, call) => ask(WORK_MS, signal, call)),
  };
}

/** Runs a call with a time limit of its own, and says of every failure whose it is. */
async function guarded<T>(
  address: string,
  limitMs: number,
  signal: AbortSignal,
  call: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw new SandboxError("aborted", "aborted before the engine was asked");
  using limit = deadline(signal, limitMs);
  const either = limit.signal;
  let stop = (): void => {};
  // A connection that breaks in the middle of an answer never settles the client's promise: the limit must.
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(new DOMException("stopped", "AbortError"));
    either.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([call(either), stopped]);
  } catch (thrown) {
    if (signal.aborted) throw new SandboxError("aborted", "aborted while the engine was at work", { cause: thrown });
    if (limit.expired) {
      throw new SandboxError("engine-gone", `the engine at ${address} gave no answer in ${limitMs / 1000} s`);
    }
    throw explainEngine(address, thrown);
  } finally {
    either.removeEventListener("abort", stop);
  }
}

/** Answers of the listed status codes are what was wanted already. */
async function unless(codes: readonly number[], call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (thrown) {
    if (!codes.includes((thrown as { statusCode?: number }).statusCode ?? 0)) throw thrown;
  }
}

async function orNull<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (thrown) {
    if ((thrown as { statusCode?: number }).statusCode === 404) return null;
    throw thrown;
  }
}

/** A broken connection shows as `close`; without a listener its `error` would end the process. */
function quiet(stream: Duplex): Duplex {
  return stream.on("error", () => {});
}

function pairs(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([key, value]) => `${key}=${value}`);
}

function describe(docker: Docker): string {
  const { host, port, socketPath } = docker.modem as { host?: string; port?: unknown; socketPath?: unknown };
  if (typeof host === "string") return `${host}:${String(port)}`;
  return typeof socketPath === "string" ? socketPath : "its usual socket";
}
