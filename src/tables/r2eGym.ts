// R2E-Gym's published predictions: one line an instance, with lists that hold one figure a rollout.
import { z } from "zod";
import type { Evidence } from "../core/schemas.js";
import { ok, type Signal, unavailable } from "../core/signal.js";
import { inCanonicalOrder, LabelCollector, parseRecord } from "./collect.js";
import { RecordError, type Table, type TableReader } from "./table.js";

const figures = z.array(z.number().nullable());

const rowSchema = z.object({
  docker_image: z.string().min(1),
  regression_rates: figures.optional(),
  mean_predicted_rewards: figures.optional(),
  avg_yes_prob: figures.optional(),
  gt_rewards: z.array(z.union([z.number(), z.boolean()]).nullable()).optional(),
});

type Row = z.infer<typeof rowSchema>;

const LISTS = ["regression_rates", "mean_predicted_rewards", "avg_yes_prob", "gt_rewards"] as const;

/**
 * The data behind R2E-Gym's curves: `docker_image` → instance, `regression_rates` → regression,
 * `mean_predicted_rewards` → reproduction, `avg_yes_prob` → reward, `gt_rewards` → label (1 is resolved). The figures
 * are kept as they are; the rollout id is the place in the lists. An instance has one line; an equal repeat is the same.
 */
export const r2eGym: Table = {
  fields: ["docker_image", ...LISTS],
  detect: (record) => record.docker_image !== undefined && LISTS.some((field) => Array.isArray(record[field])),
  reader,
};

function reader(): TableReader {
  const rows = new Map<string, Row>();
  return {
    add({ value }) {
      const row = parseRecord(rowSchema, value);
      const lengths = LISTS.flatMap((field) =>
        row[field] === undefined ? [] : [{ field, length: row[field].length }],
      );
      const odd = lengths.find(({ length }) => length !== lengths[0]?.length);
      if (odd !== undefined) {
        throw new RecordError(
          odd.field,
          `expected ${lengths[0]?.length} figures as in ${lengths[0]?.field}, got ${odd.length}`,
        );
      }
      const earlier = rows.get(row.docker_image);
      if (earlier !== undefined && JSON.stringify(earlier) !== JSON.stringify(row)) {
        throw new RecordError("docker_image", `expected one line an instance, ${row.docker_image} has another one`);
      }
      rows.set(row.docker_image, row);
    },
    finish() {
      const labels = new LabelCollector();
      for (const row of rows.values()) {
        row.gt_rewards?.forEach((truth, index) => {
          labels.set(row.docker_image, String(index), truth === null ? null : Number(truth) === 1);
        });
      }
      return { evidence: inCanonicalOrder([...rows.values()].flatMap(evidenceOf)), labels: labels.labels(), notes: [] };
    },
  };
}

function evidenceOf(row: Row): readonly Evidence[] {
  const length = Math.max(...LISTS.map((field) => row[field]?.length ?? 0));
  return Array.from({ length }, (_, index) => ({
    instanceId: row.docker_image,
    rolloutId: String(index),
    candidateId: null,
    signals: {
      regression: figure(row.regression_rates, index),
      reproduction: figure(row.mean_predicted_rewards, index),
      reward: figure(row.avg_yes_prob, index),
    },
    features: null,
  }));
}

function figure(list: readonly (number | null)[] | undefined, index: number): Signal {
  const value = list?.[index] ?? null;
  return value === null ? unavailable("not-run", "the table has no figure for it") : ok(value);
}
