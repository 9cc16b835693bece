// What the work of a finished run took, from its saved results: prices for a planner, and a trace for a simulation.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { mean } from "d3-array";
import { fileNameOf } from "./store.js";

/** Seconds that the test commands of one tree took. */
export interface TracedTree {
  /** null where no suite was run. */
  readonly regression: number | null;
  /** Of the runs made again where tests failed that pass on base. */
  readonly reruns: readonly number[];
  /** One for each generated test. */
  readonly generated: readonly number[];
}

export interface TracedInstance {
  readonly instanceId: string;
  /** Each base run. */
  readonly base: readonly TracedTree[];
  readonly candidates: readonly TracedTree[];
}

interface SavedRuns {
  readonly regression?: { readonly durationMs?: number } | null;
  readonly generated?: Readonly<Record<string, { readonly durationMs?: number }>>;
}

/** Of those instances that have saved results; a folder that is no run directory has none. */
export async function traceOf(runPath: string, instanceIds: Iterable<string>): Promise<readonly TracedInstance[]> {
  const traced: TracedInstance[] = [];
  for (const instanceId of [...new Set(instanceIds)].sort()) {
    const folder = join(runPath, "logs", fileNameOf(instanceId));
    const names = (await readdir(folder).catch(() => [])).sort();
    const base: TracedTree[] = [];
    const candidates: TracedTree[] = [];
    for (const name of names) {
      const saved = await resultIn(join(folder, name, "result.json"));
      if (name === "base") base.push(...(saved?.runs ?? []).map((runs) => treeOf(runs, [])));
      else if (/^[0-9a-f]{64}$/.test(name) && saved !== null) {
        candidates.push(...saved.runs.map((runs) => treeOf(runs, saved.reruns)));
      }
    }
    if (base.length + candidates.length > 0) traced.push({ instanceId, base, candidates });
  }
  return traced;
}

/** Seconds of the regression tests on a candidate and of one generated test, by instance; what was never run is left out. */
export function measuredPrices(
  trace: readonly TracedInstance[],
): ReadonlyMap<string, { readonly regression?: number; readonly test?: number }> {
  return new Map(
    trace.map(({ instanceId, base, candidates }) => {
      const trees = candidates.length > 0 ? candidates : base;
      const suite = mean(
        trees.flatMap(({ regression, reruns }) => (regression === null ? [] : [sum(regression, reruns)])),
      );
      const one = mean(trees.flatMap(({ generated }) => generated));
      return [
        instanceId,
        { ...(suite === undefined ? {} : { regression: suite }), ...(one === undefined ? {} : { test: one }) },
      ];
    }),
  );
}

function sum(first: number, more: readonly number[]): number {
  return more.reduce((total, seconds) => total + seconds, first);
}

async function resultIn(
  path: string,
): Promise<{ readonly runs: readonly SavedRuns[]; readonly reruns: readonly number[] } | null> {
  try {
    const { result } = JSON.parse(await readFile(path, "utf8")) as {
      result: { runs?: SavedRuns | readonly SavedRuns[]; reruns?: readonly { run?: { durationMs?: number } }[] };
    };
    const runs = result.runs === undefined ? [] : [result.runs].flat();
    return { runs, reruns: (result.reruns ?? []).map(({ run }) => secondsOf(run)) };
  } catch {
    // Missing, torn or another version's: it says nothing.
    return null;
  }
}

function treeOf({ regression, generated = {} }: SavedRuns, reruns: readonly number[]): TracedTree {
  return {
    regression: regression === null || regression === undefined ? null : secondsOf(regression),
    reruns,
    generated: Object.values(generated).map(secondsOf),
  };
}

function secondsOf(run: { readonly durationMs?: number } | undefined): number {
  return (run?.durationMs ?? 0) / 1000;
}
