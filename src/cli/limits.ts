// The limits of a sandbox by flags, and how their values are read: sizes with a unit, numbers strictly.
import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import { DEFAULT_LIMITS, type SandboxLimits } from "../sandbox/sandbox.js";
import { wholeNumber } from "./options.js";

export interface LimitFlags {
  /** Bytes. */
  readonly memory?: number;
  readonly cpus?: number;
  readonly pids?: number;
  /** Bytes. */
  readonly disk?: number;
}

/** A sandbox with less can't even start a test runner. */
const LEAST_BYTES = 16 * 1024 ** 2;

export function addLimitOptions(command: Command): Command {
  const { memoryBytes, cpus, pids, diskBytes } = DEFAULT_LIMITS;
  return command
    .addOption(sizeOption("--memory <size>", "memory of each sandbox, such as 512m or 8g", memoryBytes))
    .option("--cpus <n>", "processors of each sandbox, such as 0.5 or 2", processors, cpus)
    .option("--pids <n>", "processes and threads of each sandbox", wholeNumber(16), pids)
    .addOption(sizeOption("--disk <size>", "what each sandbox may write", diskBytes));
}

function sizeOption(flags: string, what: string, bytes: number): Option {
  return new Option(flags, what).argParser(size).default(bytes, sizeText(bytes));
}

export function limitsOf({ memory, cpus, pids, disk }: LimitFlags): SandboxLimits {
  return {
    memoryBytes: memory ?? DEFAULT_LIMITS.memoryBytes,
    cpus: cpus ?? DEFAULT_LIMITS.cpus,
    pids: pids ?? DEFAULT_LIMITS.pids,
    diskBytes: disk ?? DEFAULT_LIMITS.diskBytes,
  };
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** "512m", "8g", "1.5GiB", "4000000000": units are powers of 1024, as engines take them. */
export function size(text: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(number) * (UNITS[unit.toLowerCase()] ?? Number.NaN));
  if (number === "" || !(bytes >= LEAST_BYTES && Number.isSafeInteger(bytes))) {
    throw new InvalidArgumentError("expected a size of at least 16m, such as 512m or 8g.");
  }
  return bytes;
}

/** Bytes for people: 4 GiB, 512 MiB. */
export function sizeText(bytes: number): string {
  const names = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let at = 0;
  for (; value >= 1024 && at < names.length - 1; at++) value /= 1024;
  return `${value >= 100 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} ${names[at]}`;
}

function processors(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text.trim()) || !(value >= 0.01)) {
    throw new InvalidArgumentError("expected a number of processors, such as 0.5 or 2.");
  }
  return value;
}
