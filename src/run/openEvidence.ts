// Evidence as the verbs that start from it see it: patches that a table or `--patches` gives become candidates and features.
import { BestkError } from "../core/errors.js";
import { didYouMean } from "../core/nearest.js";
import { compareNatural } from "../core/order.js";
import type { Evidence } from "../core/schemas.js";
import { unavailable } from "../core/signal.js";
import { type GroupedCandidate, groupCandidates } from "../patch/group.js";
import type { FormatName } from "../rollouts/adapter.js";
import { loadRolloutsAs } from "../rollouts/load.js";
import { evidenceWithout } from "../tables/collect.js";
import { isRolloutFile, isTableFile, type LoadedEvidence, loadEvidence, TABLES } from "../tables/load.js";
import type { TableProblem } from "../tables/table.js";

/** Files of rollouts that stand for evidence without a signal: their patches and labels are all that is known. */
const ROLLOUT_TABLES: Readonly<Record<string, FormatName>> = {
  candidates: "normalised",
  predictions: "predictions",
  augment: "augment",
};

export interface OpenEvidenceOptions {
  /** A name of `TABLES` or of `ROLLOUT_TABLES`; default: found by content. */
  readonly table?: string;
  /** Files of rollouts that hold the patches of those that have none, joined on instance and run. */
  readonly patches?: readonly string[];
  readonly skipBad?: boolean;
  readonly signal: AbortSignal;
}

/** Evidence, and the candidates that its patches were grouped into: of rollouts that lacked one. */
export interface OpenedEvidence extends LoadedEvidence {
  readonly candidates: readonly GroupedCandidate[];
}

/** A rollout and its raw patch; null where it has none. */
export interface PatchedRollout {
  readonly instanceId: string;
  readonly rolloutId: string;
  readonly patch: string | null;
}

/**
 * Like `loadEvidence`, and besides: a file of rollouts (candidates, predictions, Augment, trajectories) is evidence
 * without a signal, and rollouts without a known candidate get it and its features where their patch is known. Throws
 * BestkError `usage` for an unknown table, `input` as the loaders do.
 */
export async function openEvidence(path: string, options: OpenEvidenceOptions): Promise<OpenedEvidence> {
  const { table } = options;
  const known = [...Object.keys(TABLES), ...Object.keys(ROLLOUT_TABLES)];
  if (table !== undefined && !known.includes(table)) {
    throw new BestkError("usage", `unknown table "${table}"`, { hint: didYouMean(table, known) });
  }
  const format = table === undefined ? undefined : ROLLOUT_TABLES[table];
  const isPool = format !== undefined || (table === undefined && (await isRolloutFile(path)));
  const loaded = isPool
    ? await poolOfRollouts(path, format, options)
    : await loadEvidence(path, { skipBad: options.skipBad === true, ...(table === undefined ? {} : { table }) });
  const given = options.patches === undefined ? [] : await readPatches(options.patches, options);
  return withPatches(loaded, [...(loaded.patches ?? []), ...given]);
}

async function poolOfRollouts(
  path: string,
  format: FormatName | undefined,
  options: OpenEvidenceOptions,
): Promise<LoadedEvidence> {
  const { skipBad = false, signal } = options;
  const scaffold = format === undefined ? {} : { scaffold: format };
  const loaded = await loadRolloutsAs([path], { signal, skipBad, ...scaffold }, ({ patch }) => ({ patch }));
  const holdsPatches = loaded.rollouts.some(({ patch }) => patch !== null);
  const skipped = loaded.problems.map(
    ({ file, line, message }): TableProblem => ({ kind: "error", file, line, field: null, message }),
  );
  return {
    evidence: loaded.rollouts.map((rollout) => bareEvidence(rollout, holdsPatches)),
    labels: loaded.labels,
    problems: skipped,
    patches: loaded.rollouts.flatMap(({ patch, ...rollout }) => (patch === null ? [] : [{ ...rollout, patch }])),
    file: path,
    table: null,
  };
}

/** In a file without any patch (trajectories alone) the rollout itself stands for its candidate. */
function bareEvidence({ instanceId, rolloutId, patch }: PatchedRollout, holdsPatches: boolean): Evidence {
  const none =
    patch === null && holdsPatches
      ? unavailable("no-patch", "the record carries no patch")
      : unavailable("not-run", "the file holds rollouts alone");
  return evidenceWithout(none, instanceId, rolloutId);
}

/**
 * Patches by final rollout ids, from files of rollouts, or from tables that hold them (Agentless). Throws BestkError
 * `input` for a table without patches.
 */
export async function readPatches(
  paths: readonly string[],
  { skipBad = false, signal }: Pick<OpenEvidenceOptions, "skipBad" | "signal">,
): Promise<readonly PatchedRollout[]> {
  const found: PatchedRollout[] = [];
  const files: string[] = [];
  for (const path of paths) {
    if (!(await isTableFile(path))) files.push(path);
    else {
      const { patches, table } = await loadEvidence(path, { skipBad });
      if (patches === undefined) {
        throw new BestkError("input", `--patches ${path}: a table (${table}) that holds no patches`);
      }
      for (const patch of patches) found.push(patch);
    }
  }
  if (files.length === 0) return found;
  const { rollouts } = await loadRolloutsAs(files, { signal, skipBad }, ({ patch }) => ({ patch }));
  return [...found, ...rollouts];
}

/** A rollout is found by its id, or by the run of `source#run`; what comes first of two runs with a name is taken. */
function withPatches(loaded: LoadedEvidence, rollouts: readonly PatchedRollout[]): OpenedEvidence {
  if (rollouts.length === 0) return { ...loaded, candidates: [] };
  const wanted = new Set(
    loaded.evidence.filter(needsPatch).map(({ instanceId, rolloutId }) => keyOf(instanceId, rolloutId)),
  );
  const named = new Map<string, PatchedRollout>();
  for (const rollout of rollouts.toSorted((a, b) => compareNatural(a.rolloutId, b.rolloutId))) {
    for (const id of [rollout.rolloutId, rollout.rolloutId.slice(rollout.rolloutId.indexOf("#") + 1)]) {
      const key = keyOf(rollout.instanceId, id);
      if (wanted.has(key) && !named.has(key)) named.set(key, { ...rollout, rolloutId: id });
    }
  }
  const candidates = new Map<string, GroupedCandidate>();
  const grouped = groupCandidates([...named.values()]);
  for (const candidate of grouped) {
    for (const id of candidate.rolloutIds) candidates.set(keyOf(candidate.instanceId, id), candidate);
  }
  const evidence = loaded.evidence.map((line) => {
    const candidate = candidates.get(keyOf(line.instanceId, line.rolloutId));
    if (candidate === undefined || !needsPatch(line)) return line;
    // Evidence of another patch than the one given says nothing of this one.
    if (line.candidateId !== null && line.candidateId !== candidate.candidateId) return line;
    return { ...line, candidateId: candidate.candidateId, features: line.features ?? candidate.features };
  });
  return { ...loaded, evidence, candidates: grouped };
}

function needsPatch({ candidateId, features }: Evidence): boolean {
  return candidateId === null || features === null;
}

function keyOf(instanceId: string, rolloutId: string): string {
  return JSON.stringify([instanceId, rolloutId]);
}
