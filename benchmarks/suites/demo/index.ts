// The demo suite: seven small JavaScript libraries with one issue each, tested by Node's own runner.
import type { InstanceSpec } from "../author.js";
import { csvkit } from "./csvkit.js";
import { eventbus } from "./eventbus.js";
import { pathmatch } from "./pathmatch.js";
import { qslite } from "./qslite.js";
import { semverlite } from "./semverlite.js";
import { timefmt } from "./timefmt.js";
import { tinycache } from "./tinycache.js";

export const DEMO: readonly InstanceSpec[] = [csvkit, eventbus, pathmatch, qslite, semverlite, timefmt, tinycache];
