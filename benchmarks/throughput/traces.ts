// The work to simulate, from stored logs of real runs: how long tests of real instances took, and how many candidates differ.
import { join } from "node:path";
import { group, median } from "d3-array";
import { randomStream } from "../../src/core/random.js";
import { groupCandidates } from "../../src/patch/group.js";
import { loadRolloutsAs } from "../../src/rollouts/load.js";
import { readRecords } from "../../src/tables/records.js";
import type { SimulatedInstance } from "./policies.js";

const HARNESS_LOGS = [
  "devstral_verified",
  "swefixer_verified",
  "pydantic_deep_verified",
  "liveswe_subset",
  "vexp_verified",
];
const ENDS = [/Ran \d+ tests? in ([\d.]+)s/g, /={3,}.* in ([\d.]+)s/g, /, in ([\d.]+) seconds/g];

/** Of an instance, each run's seconds. */
export async function harnessSeconds(data: string): Promise<ReadonlyMap<string, readonly number[]>> {
  const runs: { instanceId: string; seconds: number }[] = [];
  for (const name of HARNESS_LOGS) {
    for await (const record of readRecords(join(data, "harness-logs", `${name}.jsonl.gz`))) {
      if ("problem" in record) continue;
      const { instance_id, test_output } = record.value as { instance_id?: string; test_output?: string };
      const seconds = ENDS.flatMap((end) => [...String(test_output).matchAll(end)].map(([, text]) => Number(text))).at(
        -1,
      );
      if (typeof instance_id === "string" && seconds !== undefined) runs.push({ instanceId: instance_id, seconds });
    }
  }
  return new Map(
    [...group(runs, ({ instanceId }) => instanceId)].map(([id, own]) => [id, own.map((run) => run.seconds)]),
  );
}

/** Share of distinct patches among an instance's rollouts: of those that have at least five. */
export async function distinctShares(file: string): Promise<readonly number[]> {
  const signal = new AbortController().signal;
  const { rollouts } = await loadRolloutsAs([file], { signal, skipBad: true }, ({ patch }) => ({ patch }));
  return [...group(rollouts, ({ instanceId }) => instanceId).values()]
    .filter((own) => own.length >= 5)
    .map((own) => groupCandidates(own).length / own.length);
}

export interface TraceOptions {
  readonly instances: number;
  readonly rollouts: number;
  readonly seed: number;
  /** Share of candidates with new failures, whose tests run once more. */
  readonly rerunShare: number;
  /** Seconds of each generated test, and how many. */
  readonly generated: { readonly count: number; readonly seconds: number };
  readonly around: number;
  readonly sharedGiB: number;
  readonly ownGiB: number;
}

/** Instances drawn from those that have logs; each candidate's time is drawn from those that its instance really took. */
export function makeTrace(
  seconds: ReadonlyMap<string, readonly number[]>,
  shares: readonly number[],
  options: TraceOptions,
): readonly SimulatedInstance[] {
  const random = randomStream(options.seed, "trace");
  const known = [...seconds].sort(([a], [b]) => (a < b ? -1 : 1));
  const { count, seconds: each } = options.generated;
  return Array.from({ length: options.instances }, (_, index) => {
    const [id, took] = known[index % known.length] as [string, readonly number[]];
    const share = shares[random.below(shares.length)] ?? 1;
    const distinct = Math.max(1, Math.round(share * options.rollouts));
    const one = (): number => took[random.below(took.length)] as number;
    const repository = id.replace(/-\d+$/, "");
    return {
      instanceId: `${id}.${index}`,
      image: {
        name: `${id}.${index}`,
        // About ten instances of a repository share a version.
        shared: `${repository} ${Math.floor(index / known.length)} ${Number(id.slice(-4).replace(/\D/g, "")) % 4}`,
        sharedGiB: options.sharedGiB,
        ownGiB: options.ownGiB,
      },
      base: [median(took) as number, median(took) as number].map((suite) => suite + count * each),
      candidates: Array.from({ length: distinct }, () => {
        const suite = one();
        return [suite + count * each, ...(random.next() < options.rerunShare ? [suite] : [])];
      }),
      around: options.around,
    };
  });
}
