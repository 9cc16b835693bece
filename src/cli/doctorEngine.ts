// What doctor checks of the container engine: what it is, and whether it keeps the limits that patches must not break.
import { deadline } from "../core/deadline.js";
import { BestkError, messageOf } from "../core/errors.js";
import { dockerBackend, engineFacts, tryDockerWalls } from "../sandbox/docker.js";
import type { EngineFacts } from "../sandbox/engine.js";
import { absent, type Finding, present } from "./finding.js";
import { sizeText } from "./limits.js";

const NAME = "container engine";
const ANSWER_MS = 10_000;
const WALLS_MS = 120_000;

export interface EngineFindings {
  readonly findings: readonly Finding[];
  /** Where it keeps images; null where that isn't known. */
  readonly folder: string | null;
}

/** `image` null: any that the engine has. `needed`: without it nothing that was asked for runs. */
export async function checkEngine(image: string | null, needed: boolean): Promise<EngineFindings> {
  const now = (): number => performance.now();
  let facts: EngineFacts;
  try {
    using limit = deadline(new AbortController().signal, ANSWER_MS);
    await dockerBackend({ now }).check(limit.signal);
    facts = await engineFacts({ now }, limit.signal);
  } catch (thrown) {
    const cure =
      (thrown instanceof BestkError ? thrown.hint : null) ?? "start Docker, and see that this user may use it";
    return { findings: [absent(NAME, needed, "none", messageOf(thrown), cure)], folder: null };
  }
  const { version, address, cgroups, cpus, memoryBytes, folder } = facts;
  const found = `${version} at ${address}, control groups v${cgroups}, ${cpus} processors, ${sizeText(memoryBytes)}`;
  const walls = await checkWalls(image, needed);
  return {
    findings: [present(NAME, needed, found), storageOf(facts), ...walls],
    folder: folder === "unknown" ? null : folder,
  };
}

/** Without layers that are shared, each container is a copy of its whole image. */
function storageOf({ storage }: EngineFacts): Finding {
  const name = "storage driver";
  if (storage !== "vfs" && storage !== "devicemapper") return present(name, false, storage);
  const cause = `${storage} copies the whole image for every sandbox: slow, and hard on the disk`;
  return absent(name, false, storage, cause, "let the engine use overlay2 (or overlayfs) on ext4 or xfs");
}

async function checkWalls(image: string | null, needed: boolean): Promise<readonly Finding[]> {
  const name = "sandbox";
  try {
    using limit = deadline(new AbortController().signal, WALLS_MS);
    const walls = await tryDockerWalls({ now: () => performance.now() }, image, limit.signal);
    if (walls === null) {
      const cause = "not tried: the engine has no image";
      return [
        absent(name, false, "not tried", cause, "pull one with a shell (docker pull python:3.12-slim), then try again"),
      ];
    }
    const cure = "don't run patches that you don't trust on this engine; its settings or its kernel keep the limit off";
    return walls.map(({ name: wall, holds, found }) =>
      holds
        ? present(`sandbox: ${wall}`, needed, found)
        : absent(`sandbox: ${wall}`, needed, found, `the engine doesn't keep it (${found})`, cure),
    );
  } catch (thrown) {
    const cure = "name an image that the engine has, with /bin/sh in it, by --image";
    return [absent(name, false, "not tried", messageOf(thrown), cure)];
  }
}
