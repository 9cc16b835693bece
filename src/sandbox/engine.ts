// What bestk asks of a container engine, as plain functions: so that one file alone knows the client library.
import type { Duplex } from "node:stream";

/** Every call throws SandboxError: `engine-gone`, `image-missing`, `disk-full`, `pull-refused`, `aborted` or `other`. */
export interface Engine {
  /** Where the engine is asked, for messages. */
  readonly address: string;
  ping(signal: AbortSignal): Promise<void>;
  facts(signal: AbortSignal): Promise<EngineFacts>;
  /** null if the engine has no such image. */
  image(reference: string, signal: AbortSignal): Promise<EngineImage | null>;
  /** Ids of the images it has, smallest first. */
  images(signal: AbortSignal): Promise<readonly string[]>;
  /** Fetches an image from its registry. */
  pull(reference: string, signal: AbortSignal): Promise<void>;
  /** Id of the new container. `body` is that of the engine's `POST /containers/create`. */
  create(body: ContainerBody, signal: AbortSignal): Promise<string>;
  /** Raw multiplexed stream of the main process: stdin is written, frames of stdout and stderr are read. */
  attach(container: string, signal: AbortSignal): Promise<Duplex>;
  start(container: string, signal: AbortSignal): Promise<void>;
  exec(container: string, request: EngineExec, signal: AbortSignal): Promise<EngineProcess>;
  /** null if there is no such container. `size` also counts the bytes that it wrote. */
  inspect(container: string, size: boolean, signal: AbortSignal): Promise<ContainerState | null>;
  /** Ends every process of a container; a container that isn't running is left alone. */
  kill(container: string, signal: AbortSignal): Promise<void>;
  /** Removes a container with its anonymous volumes, running or not; one that is gone is fine. */
  remove(container: string, signal: AbortSignal): Promise<void>;
  /** Containers, running or not, that carry a label. */
  list(label: string, signal: AbortSignal): Promise<readonly LabelledContainer[]>;
  /** Unpacks a tar stream into a folder of a container. */
  upload(container: string, folder: string, tar: NodeJS.ReadableStream, signal: AbortSignal): Promise<void>;
  /** Makes an image of a container's files; returns its id. `changes` are Dockerfile lines. */
  commit(container: string, name: ImageName, changes: readonly string[], signal: AbortSignal): Promise<string>;
  /** Gives an image one more name. */
  tag(image: string, name: ImageName, signal: AbortSignal): Promise<void>;
  /** Takes a name away, and with the last one the image. False: there is no such name, or something needs the image. */
  untag(reference: string, signal: AbortSignal): Promise<boolean>;
  /** Names of images with a repository like `bestk/used-*`. */
  imageNames(pattern: string, signal: AbortSignal): Promise<readonly string[]>;
  /** All images, and what they take together: layers that several share count once. */
  storedImages(signal: AbortSignal): Promise<StoredImages>;
}

export interface StoredImages {
  readonly bytes: number;
  readonly images: readonly StoredImage[];
}

export interface StoredImage {
  readonly id: string;
  /** `repository:tag`. */
  readonly names: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since 1970. */
  readonly created: number;
  /** That were made of it, running or not. */
  readonly containers: number;
}

/** What an engine says of itself; "unknown" where it doesn't. */
export interface EngineFacts {
  readonly address: string;
  readonly version: string;
  /** The storage driver: overlay2, vfs … */
  readonly storage: string;
  /** Version of control groups: "1" or "2". */
  readonly cgroups: string;
  /** Where it keeps images, on its own machine. */
  readonly folder: string;
  readonly cpus: number;
  readonly memoryBytes: number;
}

export interface EngineImage {
  /** `sha256:…` of the image's configuration: names its content. */
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `NAME=value`. */
  readonly env: readonly string[];
  /** Of all its layers; absent where the engine doesn't say. */
  readonly bytes?: number;
}

export interface ImageName {
  readonly repo: string;
  readonly tag: string;
}

export interface EngineExec {
  readonly argv: readonly string[];
  /** `uid:gid`. */
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: boolean;
}

export interface EngineProcess {
  /** Raw multiplexed stream; ends when the process and all that hold its output have ended. */
  readonly stream: Duplex;
  /** `exitCode` is null while it runs. */
  inspect(signal: AbortSignal): Promise<{ readonly running: boolean; readonly exitCode: number | null }>;
}

export interface ContainerState {
  readonly running: boolean;
  readonly oomKilled: boolean;
  /** Bytes in the container's own layer; null if not asked for. */
  readonly writtenBytes: number | null;
}

export interface LabelledContainer {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The members of the engine's container configuration that bestk sets. */
export interface ContainerBody {
  readonly Image: string;
  readonly Entrypoint: string[];
  readonly Cmd: string[];
  readonly User: string;
  readonly Env: string[];
  readonly Labels: Record<string, string>;
  readonly WorkingDir: string;
  readonly Hostname: string;
  readonly OpenStdin: boolean;
  readonly StdinOnce: boolean;
  readonly AttachStdin: boolean;
  readonly AttachStdout: boolean;
  readonly AttachStderr: boolean;
  readonly HostConfig: Record<string, unknown>;
}
