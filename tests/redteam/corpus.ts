// All hostile patches, by theme.
import { OUTSIDE } from "./outside.js";
import { PATHS } from "./paths.js";
import { RESOURCES } from "./resources.js";
import { RUNNER } from "./runner.js";
import { STEERING } from "./steering.js";
import type { Attack } from "./suite.js";
import { TESTS } from "./tests.js";

export const ATTACKS: readonly Attack[] = [...STEERING, ...TESTS, ...RUNNER, ...PATHS, ...RESOURCES, ...OUTSIDE];

/** The attack's line in docs/security.md. */
export function rowOf({ name, suite, direct, races, verdict, stoppedBy, getsThrough }: Attack): string {
  const figure = (value: number | string): string => String(value).replace("-", typeof value === "number" ? "−" : "-");
  const figures = `${figure(verdict.regression)}, ${figure(verdict.reproduction)}${races ? " (or −1, 0, or no-tests-ran)" : ""}`;
  const where = `${suite}${direct ? ", direct" : ""}`;
  return `| ${name} | ${where} | ${getsThrough ? "**gets through**: " : ""}${figures} | ${stoppedBy} |`;
}
