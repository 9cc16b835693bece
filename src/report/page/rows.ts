// The instance table of a run: what was chosen, whether it is right, and what to look at twice.
import type { PageRow } from "../../core/page.js";
import type { Evidence, InstanceRanking } from "../../core/schemas.js";
import { SIGNAL_NAMES, type SignalName, type UnavailableReason } from "../../core/signal.js";
import { poolsOf } from "../../select/rankInstances.js";
import type { InstancePool } from "./detail.js";
import { detailRef } from "./parts.js";
import type { PageSource } from "./source.js";

/** Instances of a run with their rankings, in natural order. */
export function instancePools({ evidence, rankings }: PageSource): readonly InstancePool[] {
  const byAggregator = [...rankings].map(
    ([name, ranked]) => [name, new Map(ranked.map((one) => [one.instanceId, one]))] as const,
  );
  return poolsOf(evidence).map(({ instanceId, pool }) => {
    const own = byAggregator.flatMap(([name, ranked]): [string, InstanceRanking][] => {
      const ranking = ranked.get(instanceId);
      return ranking === undefined ? [] : [[name, ranking]];
    });
    return { instanceId, pool, rankings: new Map(own) };
  });
}

/** In the order of `pools`. */
export function rowsOf(source: PageSource, pools: readonly InstancePool[]): readonly PageRow[] {
  const measured = SIGNAL_NAMES.filter((name) => source.evidence.some(({ signals }) => signals[name].status === "ok"));
  return pools.map(({ instanceId, pool, rankings }) => {
    const [ranking] = rankings.values();
    const labels = pool.map(({ rolloutId }) => source.labels.get(instanceId)?.get(rolloutId) ?? null);
    const selected = ranking?.selected ?? null;
    const count = (test: (evidence: Evidence) => boolean): number => pool.filter(test).length;
    return {
      instanceId,
      rollouts: pool.length,
      candidates: new Set(pool.map(({ candidateId, rolloutId }) => candidateId ?? JSON.stringify(rolloutId))).size,
      selected,
      tie: ranking?.tie ?? false,
      why: ranking?.why ?? "",
      resolved: selected === null ? null : (source.labels.get(instanceId)?.get(selected) ?? null),
      solvable: labels.includes(true) ? true : labels.includes(null) ? null : false,
      tampered: count((evidence) => lacks(evidence, SIGNAL_NAMES, TAMPERED)),
      flaky: source.flaky.get(instanceId) ?? 0,
      infra: count((evidence) => lacks(evidence, SIGNAL_NAMES, INFRA)),
      missing: count((evidence) => lacks(evidence, measured, MISSING)),
      detail: detailRef(source.id, instanceId),
    };
  });
}

const TAMPERED: ReadonlySet<UnavailableReason> = new Set<UnavailableReason>(["tampered"]);

const INFRA: ReadonlySet<UnavailableReason> = new Set<UnavailableReason>(["infra"]);

/** Neither the patch's own fault nor a property of the instance. A signal that no rollout of the run has was not asked for. */
const MISSING: ReadonlySet<UnavailableReason> = new Set<UnavailableReason>([
  "not-run",
  "no-patch",
  "infra",
  "no-trajectory",
  "over-context",
  "low-mass",
  "model-error",
]);

function lacks({ signals }: Evidence, names: readonly SignalName[], reasons: ReadonlySet<UnavailableReason>): boolean {
  return names.some((name) => {
    const signal = signals[name];
    return signal.status === "unavailable" && reasons.has(signal.reason);
  });
}
