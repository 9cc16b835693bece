// Trae's input for patch selection: the patches of an instance in one record, with the regression tests that each one fails.
import { z } from "zod";
import type { Evidence } from "../core/schemas.js";
import { ok, type Signal, unavailable } from "../core/signal.js";
import { inCanonicalOrder, LabelCollector, parseRecord, RowCollector } from "./collect.js";
import { RecordError, type Table, type TablePatch, type TableReader } from "./table.js";

const rowSchema = z.object({
  instance_id: z.string().min(1),
  patches: z.array(z.string().nullable()),
  success_id: z.array(z.union([z.literal(0), z.literal(1), z.boolean()]).nullable()).optional(),
  regressions: z.array(z.array(z.string()).nullable()).optional(),
});

type Row = z.infer<typeof rowSchema>;

/**
 * `{instance_id, patches[], success_id[]?, regressions[]?}`, a record an instance. Regression = −(number of failed
 * regression tests), `success_id` is the label, and a rollout's id is its place in `patches`. Trae's own pruning takes
 * the patches with an empty list of failures.
 */
export const trae: Table = {
  fields: ["instance_id", "patches", "success_id"],
  detect: ({ instance_id, patches, issue, success_id, regressions }) =>
    instance_id !== undefined &&
    Array.isArray(patches) &&
    [issue, success_id, regressions].some((field) => field !== undefined),
  reader,
};

function reader(): TableReader {
  const rows = new RowCollector<Row>();
  return {
    add({ value }) {
      const row = parseRecord(rowSchema, value);
      for (const field of ["success_id", "regressions"] as const) {
        const length = row[field]?.length ?? row.patches.length;
        if (length !== row.patches.length) {
          throw new RecordError(field, `expected ${row.patches.length} entries as in patches, got ${length}`);
        }
      }
      if (row.patches.length === 0) {
        throw new RecordError("patches", `expected at least one patch, ${row.instance_id} has none`);
      }
      rows.add(row);
    },
    finish() {
      const all = rows.rows();
      const labels = new LabelCollector();
      for (const { instance_id, success_id } of all) {
        success_id?.forEach((truth, index) => {
          labels.set(instance_id, String(index), truth === null ? null : truth === 1 || truth === true);
        });
      }
      return {
        evidence: inCanonicalOrder(all.flatMap(evidenceOf)),
        labels: labels.labels(),
        notes: [],
        patches: all.flatMap(patchesOf),
      };
    },
  };
}

function evidenceOf({ instance_id, patches, regressions }: Row): readonly Evidence[] {
  return patches.map((_, index) => ({
    instanceId: instance_id,
    rolloutId: String(index),
    candidateId: null,
    signals: {
      regression: regression(regressions?.[index]),
      reproduction: unavailable("not-run", "the table has no generated tests"),
      reward: unavailable("not-run", "the table has no rewards"),
    },
    features: null,
  }));
}

function regression(failures: readonly string[] | null | undefined): Signal {
  if (failures === undefined || failures === null) return unavailable("not-run", "the table has no result for it");
  return ok(-new Set(failures).size);
}

function patchesOf({ instance_id, patches }: Row): readonly TablePatch[] {
  return patches.flatMap((patch, index) =>
    patch === null ? [] : [{ instanceId: instance_id, rolloutId: String(index), patch }],
  );
}
