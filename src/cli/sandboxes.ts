// Which sandbox a verb runs candidates in: checked, and swept of what a killed run left, before any work starts.
import { BestkError } from "../core/errors.js";
import { didYouMean } from "../core/nearest.js";
import { dockerEnvironments, type Environments, processEnvironments } from "../run/environments.js";
import { dockerBackend } from "../sandbox/docker.js";
import { processBackend } from "../sandbox/process.js";
import { DEFAULT_LIMITS, type SandboxBackend, type SandboxLimits, type SandboxSpec } from "../sandbox/sandbox.js";
import type { Terminal } from "./terminal.js";

export interface SandboxChoice {
  readonly limits?: SandboxLimits;
  readonly groundTruth?: SandboxSpec["groundTruth"];
  /** Nothing is going to run: what is there is only looked at, nothing is swept and nobody is warned. */
  readonly look?: boolean;
  /** What the engine's images may take, in bytes, before those that bestk made or fetched itself go. */
  readonly imageBytes?: number;
}

type Open = (terminal: Terminal, signal: AbortSignal, choice: SandboxChoice) => Promise<Environments>;

const now = (): number => performance.now();

const SANDBOXES = {
  docker: async (terminal, signal, { limits = DEFAULT_LIMITS, groundTruth, look, imageBytes }) => {
    const backend = dockerBackend({ now });
    await makeReady(backend, terminal, signal, look);
    return dockerEnvironments(backend, limits, true, groundTruth, imageBytes);
  },
  process: async (terminal, signal, { limits = DEFAULT_LIMITS, look }) => {
    const backend = processBackend({ now });
    await makeReady(backend, terminal, signal, look);
    if (look !== true) {
      terminal.warn(
        "sandbox: process. Candidate code runs as you, with your files and network: for suites you trust only",
      );
    }
    return processEnvironments(backend, limits);
  },
} as const satisfies Record<string, Open>;

export const SANDBOX_NAMES: readonly string[] = Object.keys(SANDBOXES);

/** Throws BestkError `usage` for an unknown name, `prerequisite` if the backend can't be used here. */
export async function openEnvironments(
  name: string,
  terminal: Terminal,
  signal: AbortSignal,
  choice: SandboxChoice = {},
): Promise<Environments> {
  const open: Open | undefined = Object.hasOwn(SANDBOXES, name) ? SANDBOXES[name as keyof typeof SANDBOXES] : undefined;
  if (open === undefined) {
    throw new BestkError("usage", `--sandbox ${name}: unknown sandbox`, { hint: didYouMean(name, SANDBOX_NAMES) });
  }
  return open(terminal, signal, choice);
}

async function makeReady(
  backend: SandboxBackend,
  terminal: Terminal,
  signal: AbortSignal,
  look: boolean | undefined,
): Promise<void> {
  await backend.check(signal);
  if (look === true) return;
  const left = await backend.sweep(signal);
  if (left > 0) terminal.note(`removed ${left} sandboxes that a killed run had left`);
}
