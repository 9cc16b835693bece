import type { Engine } from "./engine.js";
import type { Owner } from "./owner.js";
import type { Sandbox, SandboxSpec } from "./sandbox.js";
export async function openContainer(
  _engine: Engine,
  _spec: SandboxSpec,
  _owner: Owner,
  _now: () => number,
  _signal: AbortSignal,
): Promise<Sandbox> {
  throw new Error("not yet");
}
