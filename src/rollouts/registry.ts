// Which scaffold formats are known, in the order in which they are asked: where two overlap, the stricter one comes first.
import type { Adapter, FormatName } from "./adapter.js";
import { bestk } from "./bestk.js";
import { coder } from "./coder.js";
import { miniSweAgent } from "./miniSweAgent.js";
import { normalised } from "./normalised.js";
import { predictions } from "./predictions.js";
import { sweAgent } from "./sweAgent.js";

/** Every adapter by its format. Adding one is an import and a line here; formats with the weakest marks come last. */
export const ADAPTERS = {
  bestk,
  coder,
  "swe-agent": sweAgent,
  "mini-swe-agent": miniSweAgent,
  normalised,
  predictions,
} satisfies Partial<Record<FormatName, Adapter>>;
