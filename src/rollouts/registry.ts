// Which scaffold formats are known, in the order in which they are asked: where two overlap, the stricter one comes first.
import type { Adapter, FormatName } from "./adapter.js";
import { agentless } from "./agentless.js";
import { augment } from "./augment.js";
import { autocoderover } from "./autocoderover.js";
import { bestk } from "./bestk.js";
import { coder } from "./coder.js";
import { miniSweAgent } from "./miniSweAgent.js";
import { moatless } from "./moatless.js";
import { normalised } from "./normalised.js";
import { openhands } from "./openhands.js";
import { openhandsSdk } from "./openhandsSdk.js";
import { predictions } from "./predictions.js";
import { r2eGym } from "./r2eGym.js";
import { sweAgent } from "./sweAgent.js";
import { trae } from "./trae.js";

/** Every adapter by its format. Adding one is an import and a line here; formats with the weakest marks come last. */
export const ADAPTERS = {
  bestk,
  coder,
  "swe-agent": sweAgent,
  "mini-swe-agent": miniSweAgent,
  moatless,
  "r2e-gym": r2eGym,
  trae,
  augment,
  agentless,
  autocoderover,
  "openhands-sdk": openhandsSdk,
  openhands,
  normalised,
  predictions,
} satisfies Record<FormatName, Adapter>;
