// All hostile patches, by theme.
import { OUTSIDE } from "./outside.js";
import { PATHS } from "./paths.js";
import { RESOURCES } from "./resources.js";
import { RUNNER } from "./runner.js";
import { STEERING } from "./steering.js";
import type { Attack } from "./suite.js";
import { TESTS } from "./tests.js";

export const ATTACKS: readonly Attack[] = [...STEERING, ...TESTS, ...RUNNER, ...PATHS, ...RESOURCES, ...OUTSIDE];
