// The Docker suite: small Python projects with one issue each, tested by pytest or unittest in containers.
import type { InstanceSpec } from "../author.js";
import { cronlite } from "./cronlite.js";
import { ledger } from "./ledger.js";
import { spans } from "./spans.js";
import { stencil } from "./stencil.js";

export const PYTHON: readonly InstanceSpec[] = [cronlite, ledger, spans, stencil];
