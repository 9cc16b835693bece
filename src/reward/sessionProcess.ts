// The scorer process: answers requests over IPC, and ends when the process that asked is gone, however that one ended.
import { messageOf } from "../core/errors.js";
import type { ScorerReply, ScorerRequest } from "./protocol.js";
import type { Session } from "./session.js";

let session: Session | null = null;

async function answer(request: ScorerRequest): Promise<ScorerReply> {
  if (request.kind === "load") {
    try {
      // Imported here, so that a missing or broken engine is an answer and not a crash.
      const { openSession } = await import("./session.js");
      session = await openSession(request.modelPath);
      return { kind: "loaded", io: session.io };
    } catch (thrown) {
      return { kind: "refused", message: messageOf(thrown) };
    }
  }
  try {
    if (session === null) throw new Error("no model is loaded");
    return { kind: "done", id: request.id, outputs: await session.run(request.inputs, request.outputs) };
  } catch (thrown) {
    return { kind: "failed", id: request.id, message: messageOf(thrown) };
  }
}

process.on("message", (request: ScorerRequest) => {
  answer(request).then((reply) => process.send?.(reply));
});
// The parent decides what Ctrl-C means: it may still want the results that are on their way.
process.on("SIGINT", () => {});
// SIGKILL, because an orderly exit while the engine still runs aborts with a core dump.
process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
