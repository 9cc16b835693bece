// Keeps one scorer process: started when first needed, restarted when it dies, asked one thing at a time, never left behind.
import { fork } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { BestkError } from "../core/errors.js";
import type { ModelIo, ScorerReply, ScorerRequest, TensorData } from "./protocol.js";

export type Outputs = Readonly<Record<string, TensorData>>;

export interface Scorer extends AsyncDisposable {
  /**
   * Outputs of one run. A process that dies is restarted and the input tried once more. Throws ScorerFailure where this
   * input can't be scored, BestkError where no input can be (engine or model), and the signal's reason when aborted.
   */
  run(inputs: Outputs, signal: AbortSignal): Promise<Outputs>;
}

/** The engine refused an input, or died of it twice. */
export class ScorerFailure extends Error {
  override readonly name = "ScorerFailure";
}

/** Says that the process ended by itself; never leaves this file. */
class ScorerDied extends Error {
  override readonly name = "ScorerDied";
}

interface Running {
  ask(request: ScorerRequest): Promise<ScorerReply>;
  end(): Promise<void>;
}

/** What is forked: a module that answers `ScorerRequest` with `ScorerReply`. */
export interface ScorerEntry {
  readonly path: string;
  readonly execArgv: readonly string[];
}

/** A scorer of one model file. `needs`: the names that the model must have, checked when it is first loaded. */
export function newScorer(modelPath: string, needs: ModelIo, entry: ScorerEntry = sessionEntry()): Scorer {
  let running: Promise<Running> | null = null;
  let tail: Promise<unknown> = Promise.resolve();
  let disposed = false;
  let nextId = 0;
  const end = async (): Promise<void> => {
    const ending = running;
    running = null;
    await ending?.then((process) => process.end()).catch(() => {});
  };
  const attempt = async (inputs: Outputs, signal: AbortSignal): Promise<Outputs> => {
    signal.throwIfAborted();
    if (disposed) throw new BestkError("bug", "the scorer was used after it was disposed");
    running ??= start(modelPath, needs, entry);
    const opening = running;
    // A run can't be interrupted from inside: the process is killed, and the next input starts a new one.
    const abort = (): void => void end();
    signal.addEventListener("abort", abort, { once: true });
    try {
      const process = await opening;
      const id = nextId++;
      const reply = await process.ask({ kind: "run", id, inputs, outputs: needs.outputs });
      if (reply.kind === "done" && reply.id === id) return reply.outputs;
      throw new ScorerFailure(reply.kind === "failed" ? reply.message : `unexpected answer "${reply.kind}"`);
    } catch (thrown) {
      signal.throwIfAborted();
      if (disposed) throw new BestkError("interrupted", "the scorer was stopped", { cause: thrown });
      if (!(thrown instanceof ScorerFailure) && running === opening) await end();
      throw thrown;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  };
  const runOnce = async (inputs: Outputs, signal: AbortSignal): Promise<Outputs> => {
    try {
      return await attempt(inputs, signal);
    } catch (thrown) {
      if (!(thrown instanceof ScorerDied)) throw thrown;
    }
    try {
      return await attempt(inputs, signal);
    } catch (thrown) {
      throw thrown instanceof ScorerDied ? new ScorerFailure(`${thrown.message}, twice on this input`) : thrown;
    }
  };
  return {
    run: (inputs, signal) => {
      const result = tail.then(() => runOnce(inputs, signal));
      tail = result.catch(() => {});
      return result;
    },
    [Symbol.asyncDispose]: async () => {
      disposed = true;
      await end();
      await tail;
    },
  };
}

async function start(modelPath: string, needs: ModelIo, entry: ScorerEntry): Promise<Running> {
  const process = spawnScorer(entry);
  try {
    const reply = await process.ask({ kind: "load", modelPath });
    if (reply.kind !== "loaded") {
      throw new BestkError("prerequisite", `${modelPath}: ${reply.kind === "refused" ? reply.message : reply.kind}`, {
        hint: "the model must be an ONNX file that onnxruntime-node can load",
      });
    }
    requireNames("input", needs.inputs, reply.io.inputs, modelPath);
    requireNames("output", needs.outputs, reply.io.outputs, modelPath);
    return process;
  } catch (thrown) {
    await process.end();
    throw thrown;
  }
}

function requireNames(kind: string, needed: readonly string[], given: readonly string[], modelPath: string): void {
  const missing = needed.filter((name) => !given.includes(name));
  if (missing.length === 0) return;
  throw new BestkError("configuration", `${modelPath}: has no ${kind} named ${missing.join(", ")}`, {
    hint: `it has ${given.join(", ")}; reward.json must name one of these`,
  });
}

function spawnScorer(entry: ScorerEntry): Running {
  const child = fork(entry.path, [], {
    execArgv: [...entry.execArgv],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-2_000);
  });
  const pending = new Set<{ resolve: (reply: ScorerReply) => void; reject: (thrown: Error) => void }>();
  const ended = new Promise<void>((resolve) => {
    const close = (why: string): void => {
      const said = stderr.trim().split("\n").at(-1) ?? "";
      for (const waiting of pending) waiting.reject(new ScorerDied(`the scorer process ended (${why}) ${said}`.trim()));
      pending.clear();
      resolve();
    };
    child.once("error", (thrown) => close(thrown.message));
    child.once("exit", (code, signal) => close(signal ?? `exit code ${code}`));
  });
  child.on("message", (reply: ScorerReply) => {
    for (const waiting of pending) waiting.resolve(reply);
    pending.clear();
  });
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (!child.connected) {
          reject(new ScorerDied("the scorer process is gone"));
          return;
        }
        const waiting = { resolve, reject };
        pending.add(waiting);
        child.send(request, (thrown) => {
          if (thrown !== null && pending.delete(waiting)) reject(new ScorerDied(thrown.message));
        });
      }),
    end: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** The engine would report its use to its makers, and leave a log of that and a device id behind: it's told not to before it loads. */
const NO_TELEMETRY = ["--import", "data:text/javascript,process.env.ORT_DISABLE_TELEMETRY='1'"];

/** The compiled entry, or the TypeScript one under tsx where bestk itself runs from its sources. */
function sessionEntry(): ScorerEntry {
  const fromSource = import.meta.url.endsWith(".ts");
  const path = fileURLToPath(new URL(`./sessionProcess.${fromSource ? "ts" : "js"}`, import.meta.url));
  if (!fromSource) return { path, execArgv: NO_TELEMETRY };
  const loader = createRequire(import.meta.url).resolve("tsx");
  return { path, execArgv: [...NO_TELEMETRY, "--import", pathToFileURL(loader).href] };
}
