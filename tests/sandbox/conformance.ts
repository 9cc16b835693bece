// What every sandbox backend must do, and what it must do of what it promises: one suite, run by each backend's test file.
import { commandCases } from "./conformanceCommands.js";
import { fileCases } from "./conformanceFiles.js";
import { lifeCases } from "./conformanceLife.js";
import { limitCases } from "./conformanceLimits.js";
import { openWorld, type Subject } from "./conformanceWorld.js";

export { failsWith, LIMITS, REPOSITORY, text } from "./conformanceWorld.js";

export function sandboxConformance(prepare: () => Promise<Subject>): void {
  const world = openWorld(prepare);
  commandCases(world);
  limitCases(world);
  fileCases(world);
  lifeCases(world);
}
