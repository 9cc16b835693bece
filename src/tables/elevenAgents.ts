// Published runs of generated tests on the patches of eleven agents: how many distinct tests each agent's patch passed.
import { z } from "zod";
import type { Evidence } from "../core/schemas.js";
import { ok, unavailable } from "../core/signal.js";
import { inCanonicalOrder, LabelCollector, parseRecord } from "./collect.js";
import type { Table, TableReader } from "./table.js";

const testNames = z.array(z.string());

const outcomes = z.object({ resolved: testNames, unresolved: testNames, missing: testNames });

const rowSchema = z.object({
  instance_id: z.string().min(1),
  test_generator: z.string().min(1),
  candidates: z.record(z.string().min(1), outcomes.extend({ resolved_label: z.boolean().nullable().optional() })),
});

/**
 * One line for an instance and a generator. `resolved` lists the names of the passed tests and `resolved_label` is the
 * truth. Reproduction = distinct names passed, summed over the generators; lines that repeat an instance and a generator
 * are one set of names. The table has no regression tests, no rewards and no patches.
 */
export const elevenAgents: Table = {
  fields: ["instance_id", "test_generator", "candidates"],
  detect: ({ instance_id, test_generator, candidates }) =>
    instance_id !== undefined && test_generator !== undefined && typeof candidates === "object",
  reader,
};

interface Passed {
  readonly instanceId: string;
  readonly agent: string;
  /** Generator → names of tests passed. */
  readonly byGenerator: Map<string, Set<string>>;
}

function reader(): TableReader {
  const passed = new Map<string, Passed>();
  const labels = new LabelCollector();
  const contradicted = new Set<string>();
  return {
    add({ value }) {
      const row = parseRecord(rowSchema, value);
      for (const [agent, tests] of Object.entries(row.candidates)) {
        const key = JSON.stringify([row.instance_id, agent]);
        const entry = passed.get(key) ?? { instanceId: row.instance_id, agent, byGenerator: new Map() };
        const names = entry.byGenerator.get(row.test_generator) ?? [];
        entry.byGenerator.set(row.test_generator, new Set([...names, ...tests.resolved]));
        passed.set(key, entry);
        const label = tests.resolved_label ?? null;
        const earlier = labels.get(row.instance_id, agent) ?? null;
        if (label !== null && earlier !== null && label !== earlier) contradicted.add(key);
        labels.set(row.instance_id, agent, contradicted.has(key) ? null : (label ?? earlier));
      }
    },
    finish: () => ({
      evidence: inCanonicalOrder([...passed.values()].map(evidenceOf)),
      labels: labels.labels(),
      notes:
        contradicted.size === 0 ? [] : [`${contradicted.size} candidates are labelled both ways: taken as unknown`],
    }),
  };
}

function evidenceOf({ instanceId, agent, byGenerator }: Passed): Evidence {
  const count = [...byGenerator.values()].reduce((sum, names) => sum + names.size, 0);
  return {
    instanceId,
    rolloutId: agent,
    candidateId: null,
    signals: {
      regression: unavailable("not-run", "the table has no regression tests"),
      reproduction: ok(count),
      reward: unavailable("not-run", "the table has no rewards"),
    },
    features: null,
  };
}
