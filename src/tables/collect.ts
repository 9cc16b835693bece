// Shared by all loaders: records are checked by a schema, and what is collected leaves in one canonical order.
import { z } from "zod";
import { compareNatural } from "../core/order.js";
import type { Evidence } from "../core/schemas.js";
import type { Signal } from "../core/signal.js";
import type { Labels } from "../core/types.js";
import { RecordError } from "./table.js";

/** Parses a record, or throws RecordError with its first problem: the field's path and what was expected there. */
export function parseRecord<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue === undefined ? "" : z.core.toDotPath(issue.path);
  throw new RecordError(path === "" ? null : path, issue?.message ?? "can't be read");
}

/** Evidence in natural order of instance id, then rollout id, whatever order it was read in. */
export function inCanonicalOrder(evidence: Iterable<Evidence>): readonly Evidence[] {
  return [...evidence].sort(
    (a, b) => compareNatural(a.instanceId, b.instanceId) || compareNatural(a.rolloutId, b.rolloutId),
  );
}

/** Evidence of a rollout that nothing was measured of: every signal is `none`. */
export function evidenceWithout(none: Signal, instanceId: string, rolloutId: string): Evidence {
  return {
    instanceId,
    rolloutId,
    candidateId: null,
    signals: { regression: none, reproduction: none, reward: none },
    features: null,
  };
}

/** Records by instance: a repeated one is one. Throws RecordError for two that are unequal. */
export class RowCollector<T extends { readonly instance_id: string }> {
  readonly #rows = new Map<string, T>();

  add(row: T): void {
    const earlier = this.#rows.get(row.instance_id);
    if (earlier !== undefined && JSON.stringify(earlier) !== JSON.stringify(row)) {
      throw new RecordError("instance_id", `expected one record an instance, ${row.instance_id} has another one`);
    }
    this.#rows.set(row.instance_id, row);
  }

  rows(): readonly T[] {
    return [...this.#rows.values()];
  }
}

/** Labels under construction, instanceId → rolloutId → resolved. */
export class LabelCollector {
  readonly #labels = new Map<string, Map<string, boolean | null>>();

  get(instanceId: string, rolloutId: string): boolean | null | undefined {
    return this.#labels.get(instanceId)?.get(rolloutId);
  }

  set(instanceId: string, rolloutId: string, label: boolean | null): void {
    const ofInstance = this.#labels.get(instanceId) ?? new Map<string, boolean | null>();
    this.#labels.set(instanceId, ofInstance.set(rolloutId, label));
  }

  labels(): Labels {
    return this.#labels;
  }
}
