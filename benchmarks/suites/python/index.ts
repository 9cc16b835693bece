// The Docker suite: small Python projects with one issue each, tested by pytest or unittest in containers.
import type { InstanceSpec } from "../author.js";

export const PYTHON: readonly InstanceSpec[] = [];
