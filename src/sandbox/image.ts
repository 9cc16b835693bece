// Finds the image that an instance runs in, or makes it once from a base image, a repository and set-up commands.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BestkError, messageOf } from "../core/errors.js";
import { contentHash } from "../core/hash.js";
import type { Task } from "../core/types.js";
import { drain } from "./demux.js";
import type { ContainerBody, Engine, EngineImage, ImageName } from "./engine.js";
import { unfetched } from "./engineFailure.js";
import { markFetched } from "./imageStore.js";
import { commitChanges, compilePython, emptyFolder, settle } from "./imageText.js";
import { collectOutput } from "./output.js";
import { OWNER_LABEL, type Owner, ownerWord } from "./owner.js";
import { exportSource, FIXED_DATES, findSource, GIT_ENV, type Source, sourceHash } from "./repository.js";
import { SandboxError } from "./sandbox.js";
import { quote } from "./shellText.js";
import { packFolder } from "./tar.js";

export interface ImageRequest extends Pick<Task, "instanceId" | "environment" | "baseCommit"> {
  /** Whether a missing image may be fetched from its registry. Nothing is ever fetched otherwise. */
  readonly pull: boolean;
}

export interface EnsuredImage {
  /** `sha256:…`: names the content. */
  readonly id: string;
  /** What a person calls it. */
  readonly name: string;
  /** False if it was there already. */
  readonly made: boolean;
}

/**
 * The image of an instance: `environment.image` as it is, or `bestk/<instance>:<hash>`, whose hash covers the base
 * image's content, the commit (or the files of a plain folder), set-up commands, folder and environment. In a made image
 * `.git` holds the base commit alone (and a second one if set-up changed tracked files: HEAD is the state to reset to);
 * what set-up left untracked is excluded from `git clean` without -x. Throws BestkError `configuration`, `input` or
 * `prerequisite`, SandboxError `image-missing` and others.
 */
export async function ensureImage(
  engine: Engine,
  request: ImageRequest,
  owner: Owner,
  signal: AbortSignal,
  onProgress: (line: string) => void,
): Promise<EnsuredImage> {
  const { environment, instanceId, baseCommit } = request;
  if (environment.image !== null) {
    const { id } = await present(engine, environment.image, request.pull, signal);
    return { id, name: environment.image, made: false };
  }
  if (environment.baseImage === null || environment.repository === null) {
    throw new BestkError("configuration", `instance ${instanceId} names no image`, {
      hint: 'give it "image", or "base_image" with "repository", "base_commit" and "setup"',
    });
  }
  const base = await present(engine, environment.baseImage, request.pull, signal);
  const source = await findSource(environment.repository, baseCommit, signal);
  const name = await madeName(instanceId, base, source, environment);
  const reference = `${name.repo}:${name.tag}`;
  const known = await engine.image(reference, signal);
  if (known !== null) return { id: known.id, name: reference, made: false };
  onProgress(`${instanceId}: making ${reference} from ${environment.baseImage}`);
  const id = await build(engine, request, base, source, name, owner, signal, onProgress);
  return { id, name: reference, made: true };
}

/** Fetches an instance's image, or the one that its own is made from, where the engine lacks it. Throws SandboxError. */
export async function fetchImage(
  engine: Engine,
  { environment, instanceId, pull }: ImageRequest,
  signal: AbortSignal,
  onProgress: (line: string) => void,
): Promise<void> {
  const reference = environment.image ?? environment.baseImage;
  if (reference === null || (await engine.image(reference, signal)) !== null) return;
  onProgress(`${instanceId}: fetching ${reference}`);
  await present(engine, reference, pull, signal);
}

/** The name of the image that is made of an instance: its hash covers all that decides the content. */
export async function madeName(
  instanceId: string,
  base: EngineImage,
  source: Source,
  { setup, workdir, env }: Task["environment"],
): Promise<ImageName> {
  const recipe = { recipe: 4, base: base.id, source: await sourceHash(source), setup, workdir, env };
  return { repo: `bestk/${imageWord(instanceId)}`, tag: contentHash(recipe).slice(0, 16) };
}

async function present(engine: Engine, reference: string, pull: boolean, signal: AbortSignal): Promise<EngineImage> {
  const found = await engine.image(reference, signal);
  if (found !== null) return found;
  if (pull) await pullImage(engine, reference, signal);
  const fetched = pull ? await engine.image(reference, signal) : null;
  if (fetched !== null) {
    await markFetched(engine, fetched.id, reference, signal);
    return fetched;
  }
  throw new SandboxError("image-missing", `the engine at ${engine.address} has no image ${reference}`);
}

async function pullImage(engine: Engine, reference: string, signal: AbortSignal): Promise<void> {
  try {
    await engine.pull(reference, signal);
  } catch (thrown) {
    throw unfetched(reference, engine.address, thrown);
  }
}

async function build(
  engine: Engine,
  request: ImageRequest,
  base: EngineImage,
  source: Source,
  name: ImageName,
  owner: Owner,
  signal: AbortSignal,
  onProgress: (line: string) => void,
): Promise<string> {
  const { instanceId, environment } = request;
  const { workdir } = environment;
  const container = await startBuilder(engine, request, base, owner, signal, onProgress);
  try {
    const step = (what: string, command: string, env = {}): Promise<void> =>
      mustRun(engine, container, `${instanceId}: ${what}`, command, env, signal);
    await step("the base image has no git or no /bin/sh", "command -v git >/dev/null");
    await step(`${workdir} is not an empty folder in the base image`, emptyFolder(workdir));
    await uploadSource(engine, container, source, workdir, signal);
    for (const [index, command] of environment.setup.entries()) {
      const what = `set-up command ${index + 1} of ${environment.setup.length}`;
      onProgress(`${instanceId}: ${what}: ${command}`);
      await step(`${what} failed`, `cd ${quote(workdir)} && { ${command}\n}`);
    }
    await step("Python files could not be compiled", compilePython(workdir));
    await step("the repository could not be settled", settle(workdir), { ...GIT_ENV, ...FIXED_DATES });
    onProgress(`${instanceId}: saving ${name.repo}:${name.tag}`);
    return await engine.commit(container, name, commitChanges(workdir), signal);
  } finally {
    await engine.remove(container, AbortSignal.timeout(60_000)).catch(() => {});
  }
}

/** With the engine's usual network, which set-up may need, or without one where the engine can't give it. */
async function startBuilder(
  engine: Engine,
  { instanceId, environment }: ImageRequest,
  base: EngineImage,
  owner: Owner,
  signal: AbortSignal,
  onProgress: (line: string) => void,
): Promise<string> {
  const start = async (network: Record<string, unknown>): Promise<string> => {
    const body = builderBody(base.id, instanceId, owner, environment.env, network);
    const container = await engine.create(body, signal);
    try {
      await engine.start(container, signal);
      return container;
    } catch (thrown) {
      await engine.remove(container, AbortSignal.timeout(60_000)).catch(() => {});
      throw thrown;
    }
  };
  try {
    return await start({});
  } catch (thrown) {
    if (!/network|endpoint|bridge|iptables/i.test(messageOf(thrown)) || signal.aborted) throw thrown;
    onProgress(`${instanceId}: set-up runs without a network (${messageOf(thrown)})`);
    return start({ NetworkMode: "none" });
  }
}

async function uploadSource(
  engine: Engine,
  container: string,
  source: Source,
  workdir: string,
  signal: AbortSignal,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "bestk-image-"));
  try {
    await exportSource(source, folder, signal);
    await engine.upload(container, "/", packFolder(folder, workdir), signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function mustRun(
  engine: Engine,
  container: string,
  what: string,
  command: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const argv = ["/bin/sh", "-c", command];
  const output = collectOutput(1 << 20);
  const started = await engine.exec(container, { argv, user: "0:0", env, stdin: false }, signal);
  const stop = (): void => void started.stream.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await drain(started.stream, (stream, chunk) => output.push(stream, chunk));
  } finally {
    signal.removeEventListener("abort", stop);
  }
  const { exitCode, running } = await started.inspect(signal);
  if (exitCode === 0) return;
  const { stdout, stderr } = output.result();
  const lines = Buffer.concat([stdout, stderr]).toString("utf8").trimEnd().split("\n").slice(-15);
  const how = running ? "its connection broke" : `exit code ${exitCode}`;
  throw new BestkError("prerequisite", `${what} (${how})`, { hint: `it said:\n  ${lines.join("\n  ")}` });
}

/** An ordinary container: set-up is the user's own, and may need root's usual rights and the network. */
function builderBody(
  image: string,
  instanceId: string,
  owner: Owner,
  env: Readonly<Record<string, string>>,
  network: Record<string, unknown>,
): ContainerBody {
  return {
    Image: image,
    Entrypoint: [],
    Cmd: ["/bin/sh", "-c", "exec sleep 2147483647"],
    User: "0:0",
    Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
    Labels: { [OWNER_LABEL]: ownerWord(owner), "bestk.instance": instanceId },
    WorkingDir: "/",
    Hostname: "sandbox",
    OpenStdin: false,
    StdinOnce: false,
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    HostConfig: { Init: true, LogConfig: { Type: "none", Config: {} }, ...network },
  };
}

/** An instance id as a part of an image's name: lower case letters, digits and single separators. */
function imageWord(instanceId: string): string {
  const word = instanceId.toLowerCase().replace(/[^a-z0-9]+/g, (run) => (run === "__" ? "__" : "-"));
  return word.replace(/^[-_]+|[-_]+$/g, "").slice(0, 100) || "instance";
}
