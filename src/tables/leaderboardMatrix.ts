// A matrix of leaderboard submissions by instances: labels alone, for pools that are as heterogeneous as a leaderboard.
import { z } from "zod";
import type { Evidence } from "../core/schemas.js";
import { unavailable } from "../core/signal.js";
import { evidenceWithout, inCanonicalOrder, LabelCollector, parseRecord } from "./collect.js";
import { RecordError, type Table, type TableReader } from "./table.js";

/** Columns that are no instance. */
const OWN_COLUMNS: readonly string[] = ["submission", "n_resolved", "n_no_generation", "n_no_logs"];

/** 1 resolved, 0 not, N no patch was generated, L no log says so (unknown). */
const CELLS: Readonly<Record<string, boolean | null>> = { "1": true, "0": false, N: false, L: null };

const rowSchema = z.record(z.string(), z.string()).and(z.object({ submission: z.string().min(1) }));

/** One row a submission, one column an instance, cells 1, 0, N or L. A rollout is a submission. */
export const leaderboardMatrix: Table = {
  fields: ["submission", "n_resolved"],
  detect: ({ submission, n_resolved, ...rest }) =>
    submission !== undefined && (n_resolved !== undefined || Object.values(rest).some((cell) => isCell(cell))),
  reader,
};

function isCell(cell: unknown): boolean {
  return typeof cell === "string" && Object.hasOwn(CELLS, cell);
}

function reader(): TableReader {
  const evidence = new Map<string, Evidence>();
  const labels = new LabelCollector();
  const seen = new Set<string>();
  return {
    add({ value }) {
      const row = parseRecord(rowSchema, value);
      const { submission } = row;
      if (seen.has(submission))
        throw new RecordError("submission", `expected one row a submission, ${submission} has two`);
      const cells = Object.entries(row).filter(([name]) => name !== "" && !OWN_COLUMNS.includes(name));
      const bad = cells.find(([, cell]) => !isCell(cell));
      if (bad !== undefined) throw new RecordError(bad[0], `expected 1, 0, N or L, got ${JSON.stringify(bad[1])}`);
      if (cells.length === 0) throw new RecordError(null, "expected a column an instance, got none");
      seen.add(submission);
      for (const [instanceId, cell] of cells) {
        labels.set(instanceId, submission, CELLS[cell] ?? null);
        evidence.set(JSON.stringify([instanceId, submission]), evidenceOf(instanceId, submission, cell === "N"));
      }
    },
    finish: () => ({ evidence: inCanonicalOrder(evidence.values()), labels: labels.labels(), notes: [] }),
  };
}

function evidenceOf(instanceId: string, rolloutId: string, isEmpty: boolean): Evidence {
  const none = isEmpty
    ? unavailable("empty-patch", "the submission generated no patch")
    : unavailable("not-run", "a leaderboard has labels alone");
  return evidenceWithout(none, instanceId, rolloutId);
}
