// Agentless's patches with their votes: a pool to choose from by patches alone, or the patches of its test results.
import { z } from "zod";
import type { Evidence } from "../core/schemas.js";
import { unavailable } from "../core/signal.js";
import { evidenceWithout, inCanonicalOrder, parseRecord } from "./collect.js";
import { RecordError, type Table, type TablePatch, type TableReader } from "./table.js";

const rowSchema = z.object({
  instance_id: z.string().min(1),
  patch_idx: z.number().int().nonnegative(),
  patch: z.string(),
  occurrence: z.number().int().positive().optional(),
});

/** `{instance_id, patch_idx, occurrence, patch}`, a record a distinct patch; the rollout id is the index. No labels. */
export const agentlessPatches: Table = {
  fields: ["instance_id", "patch_idx", "patch"],
  detect: ({ instance_id, patch_idx, patch }) =>
    instance_id !== undefined && patch_idx !== undefined && patch !== undefined,
  reader,
};

function reader(): TableReader {
  const patches = new Map<string, TablePatch>();
  let repeated = 0;
  return {
    add({ value }) {
      const { instance_id, patch_idx, patch, occurrence = 1 } = parseRecord(rowSchema, value);
      const key = JSON.stringify([instance_id, patch_idx]);
      if ((patches.get(key)?.patch ?? patch) !== patch) {
        throw new RecordError(
          "patch_idx",
          `expected one patch an index, ${instance_id} has another one of ${patch_idx}`,
        );
      }
      if (occurrence > 1) repeated += 1;
      patches.set(key, { instanceId: instance_id, rolloutId: String(patch_idx), patch });
    },
    finish: () => ({
      evidence: inCanonicalOrder([...patches.values()].map(evidenceOf)),
      labels: new Map(),
      patches: [...patches.values()],
      notes:
        repeated === 0 ? [] : [`patches that were generated more than once, each taken as one rollout: ${repeated}`],
    }),
  };
}

function evidenceOf({ instanceId, rolloutId }: TablePatch): Evidence {
  const none = unavailable("not-run", "the table holds patches alone");
  return evidenceWithout(none, instanceId, rolloutId);
}
