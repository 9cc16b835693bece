// Which sandbox a verb runs candidates in: checked, and swept of what a killed run left, before any work starts.
import { BestkError } from "../core/errors.js";
import { didYouMean } from "../core/nearest.js";
import { dockerEnvironments, type Environments, processEnvironments } from "../run/environments.js";
import { dockerBackend } from "../sandbox/docker.js";
import { processBackend } from "../sandbox/process.js";
import { DEFAULT_LIMITS, type SandboxBackend, type SandboxSpec } from "../sandbox/sandbox.js";
import type { Terminal } from "./terminal.js";

type GroundTruth = SandboxSpec["groundTruth"];

type Open = (terminal: Terminal, signal: AbortSignal, groundTruth: GroundTruth) => Promise<Environments>;

const now = (): number => performance.now();

const SANDBOXES = {
  docker: async (terminal, signal, groundTruth) => {
    const backend = dockerBackend({ now });
    await makeReady(backend, terminal, signal);
    return dockerEnvironments(backend, DEFAULT_LIMITS, true, groundTruth);
  },
  process: async (terminal, signal) => {
    const backend = processBackend({ now });
    await makeReady(backend, terminal, signal);
    terminal.warn(
      "sandbox: process. Candidate code runs as you, with your files and network: for suites you trust only",
    );
    return processEnvironments(backend, DEFAULT_LIMITS);
  },
} as const satisfies Record<string, Open>;

/** Throws BestkError `usage` for an unknown name, `prerequisite` if the backend can't be used here. */
export async function openEnvironments(
  name: string,
  terminal: Terminal,
  signal: AbortSignal,
  groundTruth?: GroundTruth,
): Promise<Environments> {
  const open: Open | undefined = Object.hasOwn(SANDBOXES, name) ? SANDBOXES[name as keyof typeof SANDBOXES] : undefined;
  if (open === undefined) {
    throw new BestkError("usage", `--sandbox ${name}: unknown sandbox`, {
      hint: didYouMean(name, Object.keys(SANDBOXES)),
    });
  }
  return open(terminal, signal, groundTruth);
}

async function makeReady(backend: SandboxBackend, terminal: Terminal, signal: AbortSignal): Promise<void> {
  await backend.check(signal);
  const left = await backend.sweep(signal);
  if (left > 0) terminal.note(`removed ${left} sandboxes that a killed run had left`);
}
