// The image of an instance while its candidates run: held while it is used, let go behind them, and brought back only if needed.
import type { Task } from "../core/types.js";
import { type Sandbox, SandboxError } from "../sandbox/sandbox.js";
import type { PreparedEnvironment } from "./environments.js";
import { stopwatch } from "./events.js";
import type { ReadyEnvironment, WorkOptions } from "./ready.js";
import { type Opener, openAhead } from "./scheduleOpener.js";

/** Does a job until the machine lets it; throws what ends the instance. */
type Must = (job: () => Promise<PreparedEnvironment>) => Promise<PreparedEnvironment>;

/**
 * Prepares an instance. An image that was removed since an earlier run of this directory is not brought back before a
 * test has to run: results are kept under the key of what it was. An image that comes back as another one (set-up found
 * newer packages, a tag was moved) can't stand beside those results: then the instance is done anew, in the last pass.
 */
export async function readyEnvironment(task: Task, options: WorkOptions, must: Must): Promise<ReadyEnvironment> {
  const { instanceId } = task;
  const { environments, emit, stop, pace, directory } = options;
  const folder = [instanceId, "image"];
  const tell = (message: string): void => emit({ type: "image", instanceId, message });
  const held: PreparedEnvironment[] = [];
  const bring = async (): Promise<PreparedEnvironment> => {
    const made = await environments.prepare(task, stop, tell);
    await made.hold?.(stop);
    held.push(made);
    if (made.image !== undefined) await directory.save(folder, made.image, made.key, {});
    return made;
  };
  emit({ type: "image-started", instanceId });
  const seconds = stopwatch();
  const known = await knownKey(task, options, folder);
  let current = known === null ? await must(bring) : null;
  emit({ type: "image-ready", instanceId, seconds: seconds() });
  const key = known ?? (current as PreparedEnvironment).key;
  let bringing: Promise<PreparedEnvironment> | null = null;
  const bringAgain = async (): Promise<PreparedEnvironment> => {
    bringing ??= bring().finally(() => {
      bringing = null;
    });
    const again = await bringing;
    if (again.key === key) return again;
    throw new SandboxError("other", `${again.image ?? instanceId} is not what it was: its results are made anew`);
  };
  const open = async (signal: AbortSignal): Promise<Sandbox> => {
    try {
      current ??= await bringAgain();
      return await current.open(signal);
    } catch (thrown) {
      if ((thrown as { failure?: unknown }).failure !== "image-missing") throw thrown;
      tell("the image is gone, and is made again");
      current = await bringAgain();
      return current.open(signal);
    }
  };
  const opener = pace === undefined ? atOnce(open) : openAhead(open, { pace, stop });
  return {
    key,
    open: opener.open,
    expect: opener.expect,
    [Symbol.asyncDispose]: async () => {
      await opener[Symbol.asyncDispose]();
      // An engine that is gone holds nothing, and what it still marks as used goes with the next removal.
      for (const one of held.splice(0)) await one.release?.().catch(() => {});
    },
  };
}

/**
 * Fetches what has to be fetched for an instance before it gets a place among the jobs: they go on meanwhile. A failure is
 * met again, and told, where the instance is prepared.
 */
export async function fetchAhead(task: Task, options: WorkOptions): Promise<void> {
  const { environments, pace, stop, emit } = options;
  const { fetch } = environments;
  if (pace === undefined || fetch === undefined || stop.aborted) return;
  const { instanceId } = task;
  try {
    if ((await knownKey(task, options, [instanceId, "image"])) !== null) return;
    await pace.fetches(() => fetch(task, stop, (message) => emit({ type: "image", instanceId, message })));
  } catch {
    return;
  }
}

/** What the image was when it was last here; null where it is here, or never was, or is wanted under another name. */
async function knownKey(task: Task, options: WorkOptions, folder: readonly string[]): Promise<string | null> {
  const { environments, directory, stop } = options;
  const saved = await directory.saved<string>(folder);
  if (saved === null || typeof saved.result !== "string" || environments.look === undefined) return null;
  const seen = await environments.look(task, stop).catch(() => null);
  const isAway = seen?.image !== null && seen?.image !== undefined && seen.image.state !== "here";
  return isAway && seen?.image?.name === saved.key ? saved.result : null;
}

function atOnce(open: Opener["open"]): Opener {
  return { open, expect: () => {}, [Symbol.asyncDispose]: async () => {} };
}
