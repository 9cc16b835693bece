// Our own evidence, one line a rollout: labels are moved out here, before anything else sees the line.
import { z } from "zod";
import { type Evidence, type EvidenceLine, evidenceLineSchema } from "../core/schemas.js";
import { ok, SIGNAL_NAMES, type Signal, type SignalName, type Signals, unavailable } from "../core/signal.js";
import { inCanonicalOrder, LabelCollector, parseRecord } from "./collect.js";
import type { Table, TableReader } from "./table.js";

/**
 * `bestk.evidence/1`. The file is append-only, so a rollout may have several lines. A later line wins signal by signal,
 * but `not-run` replaces nothing: verifying and scoring may each write what it knows. A line with another candidate id
 * is evidence of another patch and replaces the earlier one as a whole; a label stays until another one is given.
 */
export const bestkEvidence: Table = {
  fields: ["schema", "instanceId", "rolloutId", "signals"],
  detect: ({ schema, instanceId, rolloutId, signals }) =>
    schema === "bestk.evidence/1" ||
    (schema === undefined && instanceId !== undefined && rolloutId !== undefined && signals !== undefined),
  reader,
};

function reader(): TableReader {
  const byRollout = new Map<string, Evidence>();
  const labels = new LabelCollector();
  let superseded = 0;
  return {
    add({ value }) {
      const line = parseRecord(evidenceLineSchema, value);
      const key = JSON.stringify([line.instanceId, line.rolloutId]);
      const earlier = byRollout.get(key);
      const later = evidenceOf(line);
      const merged = earlier === undefined ? later : merge(earlier, later);
      if (earlier !== undefined && JSON.stringify(merged) !== JSON.stringify(earlier)) superseded += 1;
      byRollout.set(key, merged);
      if (line.resolved !== undefined) {
        const known = labels.get(line.instanceId, line.rolloutId) ?? null;
        labels.set(line.instanceId, line.rolloutId, line.resolved ?? known);
      }
    },
    finish: () => ({
      evidence: inCanonicalOrder(byRollout.values()),
      labels: labels.labels(),
      notes: superseded === 0 ? [] : [`lines that update an earlier one of the same rollout: ${superseded}`],
    }),
  };
}

/** The line as aggregators see it: every signal named, no label. */
function evidenceOf(line: EvidenceLine): Evidence {
  return {
    instanceId: line.instanceId,
    rolloutId: line.rolloutId,
    candidateId: line.candidateId,
    signals: eachSignal((name) => known(line.signals[name])),
    features: line.features ?? null,
    ...generatedOf(line.generated),
    ...newFailuresOf(line),
  };
}

function known(signal: Signal | undefined): Signal {
  if (signal === undefined) return unavailable("not-run", "the evidence doesn't name it");
  return signal.status === "ok" ? ok(signal.value) : signal;
}

function merge(earlier: Evidence, later: Evidence): Evidence {
  const other = earlier.candidateId !== null && later.candidateId !== null && earlier.candidateId !== later.candidateId;
  if (other) return later;
  return {
    ...later,
    candidateId: later.candidateId ?? earlier.candidateId,
    signals: eachSignal((name) => (isNotRun(later.signals[name]) ? earlier.signals[name] : later.signals[name])),
    features: later.features ?? earlier.features,
    ...generatedOf(later.generated ?? earlier.generated),
    ...(isNotRun(later.signals.regression) ? named(earlier.newFailures) : named(later.newFailures)),
  };
}

function newFailuresOf({ signals, details }: EvidenceLine): Pick<Evidence, "newFailures"> {
  if (signals.regression?.status !== "ok") return {};
  const parsed = regressionDetails.safeParse(details);
  return named(parsed.success ? parsed.data.regression.newFailures : undefined);
}

/** What `verify` writes beside the signal. */
const regressionDetails = z.object({ regression: z.object({ newFailures: z.array(z.string()) }) });

function named(newFailures: Evidence["newFailures"]): Pick<Evidence, "newFailures"> {
  return newFailures === undefined ? {} : { newFailures };
}

function generatedOf(generated: Evidence["generated"]): Pick<Evidence, "generated"> {
  return generated === undefined ? {} : { generated };
}

function isNotRun(signal: Signal): boolean {
  return signal.status === "unavailable" && signal.reason === "not-run";
}

function eachSignal(read: (name: SignalName) => Signal): Signals {
  const [regression, reproduction, reward] = SIGNAL_NAMES.map(read) as [Signal, Signal, Signal];
  return { regression, reproduction, reward };
}
