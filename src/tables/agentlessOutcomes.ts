// Agentless's test results: per instance the regression tests of each patch, and its reproduction tests on base and on each patch.
import { z } from "zod";
import { compareCodeUnits } from "../core/order.js";
import type { Evidence } from "../core/schemas.js";
import { ok, type Signal, unavailable } from "../core/signal.js";
import type { GeneratedOutcome } from "../core/types.js";
import { inCanonicalOrder, parseRecord, RowCollector } from "./collect.js";
import type { Table, TableReader } from "./table.js";

const passes = z.record(z.string().min(1), z.boolean());

const rowSchema = z.object({
  instance_id: z.string().min(1),
  regression_counts: z
    .record(z.string(), z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]))
    .default({}),
  regression_tests: z.record(z.string().min(1), passes).default({}),
  reproduction: z.record(z.string().min(1), z.object({ fails_on_base: z.boolean(), outcomes: passes })).default({}),
});

type Row = z.infer<typeof rowSchema>;

/**
 * `{instance_id, regression_counts, regression_tests, reproduction}`, a record an instance. The rollout id is the patch's
 * index. The tests were chosen among those that pass on base: regression = −(tests that failed), by name where names are
 * there, else by count. Reproduction = tests passed of those that fail on base; one that a patch has no outcome of is
 * missing. The table has no rewards, no labels and no patches.
 */
export const agentlessOutcomes: Table = {
  fields: ["instance_id", "regression_tests", "reproduction"],
  detect: ({ instance_id, regression_tests, reproduction }) =>
    instance_id !== undefined && typeof regression_tests === "object" && typeof reproduction === "object",
  reader,
};

function reader(): TableReader {
  const rows = new RowCollector<Row>();
  return {
    add({ value }) {
      const row = parseRecord(rowSchema, value);
      rows.add(row);
    },
    finish() {
      const all = rows.rows();
      const odd = all.reduce((sum, row) => sum + contradictions(row), 0);
      const note = `patches whose counts of regression tests are not those of its list, which is taken: ${odd}`;
      return {
        evidence: inCanonicalOrder(all.flatMap(evidenceOf)),
        labels: new Map(),
        notes: odd === 0 ? [] : [note],
      };
    },
  };
}

function contradictions({ regression_counts, regression_tests }: Row): number {
  return Object.entries(regression_tests).filter(([patch, tests]) => {
    const counts = regression_counts[patch];
    return counts !== undefined && counts[1] !== failuresOf(tests).length;
  }).length;
}

function failuresOf(tests: Readonly<Record<string, boolean>>): string[] {
  return Object.keys(tests).filter((test) => tests[test] === false);
}

function evidenceOf(row: Row): Evidence[] {
  const failing = Object.entries(row.reproduction).filter(([, { fails_on_base }]) => fails_on_base);
  const patches = new Set([
    ...Object.keys(row.regression_counts),
    ...Object.keys(row.regression_tests),
    ...failing.flatMap(([, { outcomes }]) => Object.keys(outcomes)),
  ]);
  return [...patches].map((patch): Evidence => {
    const regression = row.regression_tests[patch];
    const newFailures = regression === undefined ? {} : { newFailures: failuresOf(regression).sort(compareCodeUnits) };
    const generated = failing
      .map(([test, { outcomes }]) => outcomeOf(test, outcomes[patch]))
      .sort((a, b) => compareCodeUnits(a.test, b.test));
    return {
      instanceId: row.instance_id,
      rolloutId: patch,
      candidateId: null,
      signals: {
        regression: regressionOf(row, patch),
        reproduction: reproductionOf(generated),
        reward: unavailable("not-run", "the table has no rewards"),
      },
      features: null,
      generated,
      ...newFailures,
    };
  });
}

function regressionOf({ regression_counts, regression_tests }: Row, patch: string): Signal {
  const tests = regression_tests[patch];
  const [passed, failed] = regression_counts[patch] ?? [0, 0];
  const [count, failures] =
    tests === undefined ? [passed + failed, failed] : [Object.keys(tests).length, failuresOf(tests).length];
  if (count > 0) return ok(-failures);
  return patch in regression_counts || tests !== undefined
    ? unavailable("no-tests", "the table has no regression tests of the instance")
    : unavailable("not-run", "the table has no regression tests of this patch");
}

function outcomeOf(test: string, passed: boolean | undefined): GeneratedOutcome {
  const outcome = passed === undefined ? "missing" : passed ? "passed" : "failed";
  return { test, name: null, source: "agentless", writtenBy: [], base: "failed", outcome };
}

function reproductionOf(generated: readonly GeneratedOutcome[]): Signal {
  if (generated.length === 0) return unavailable("no-tests", "no reproduction test of the instance fails on base");
  const known = generated.filter(({ outcome }) => outcome !== "missing");
  if (known.length === 0) return unavailable("not-run", "the table has no reproduction outcome of this patch");
  return ok(known.filter(({ outcome }) => outcome === "passed").length);
}
