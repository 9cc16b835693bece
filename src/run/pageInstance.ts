// What a run directory holds of one instance: patches, test runs with their logs, and kept texts; each read when it is asked for.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { BestkError } from "../core/errors.js";
import { type KeptText, keptRolloutSchema, keptTaskSchema } from "../core/schemas/page.js";
import { candidateLineSchema } from "../core/schemas.js";
import { packed } from "../report/page/pack.js";
import type {
  BaseSource,
  CandidateSource,
  InstanceSource,
  RolloutTexts,
  SourceText,
  VerifiedSource,
} from "../report/page/source.js";
import type { BaseMeasurement } from "../verify/execution.js";
import { textPath } from "./pageInputs.js";
import { linesByInstance } from "./pageLines.js";
import type { SavedVerdict } from "./savedVerdict.js";
import { logFolder } from "./store.js";

/** `verdictKeys` by instance and candidate (`verdictName`): a saved result under another key is of another configuration. */
export async function instanceReader(
  path: string,
  verdictKeys: ReadonlyMap<string, string>,
): Promise<(instanceId: string) => Promise<InstanceSource>> {
  const [candidates, tasks, rollouts] = await Promise.all(
    ["candidates.jsonl", "tasks.jsonl", "rollouts.jsonl"].map((name) => linesByInstance(join(path, name))),
  );
  return async (instanceId) => {
    const patches = ((await candidates?.of(instanceId)) ?? []).flatMap((line) => {
      const parsed = candidateLineSchema.safeParse(line);
      return parsed.success ? [parsed.data] : [];
    });
    let baseKey: string | null = null;
    const sources: CandidateSource[] = [];
    for (const patch of patches) {
      const key = verdictKeys.get(verdictName(instanceId, patch.candidateId));
      const found = key === undefined ? null : await savedVerdict(path, [instanceId, patch.candidateId], key);
      baseKey ??= found?.baseKey ?? null;
      sources.push({ ...patch, verified: found?.verified ?? null });
    }
    const [task] = ((await tasks?.of(instanceId)) ?? []).flatMap((line) => keptTaskSchema.safeParse(line).data ?? []);
    return {
      issue: task?.issue ?? null,
      candidates: sources,
      base: baseKey === null ? null : await savedBase(path, instanceId, baseKey),
      rollouts: new Map(
        ((await rollouts?.of(instanceId)) ?? []).flatMap((line): [string, RolloutTexts][] => {
          const kept = keptRolloutSchema.safeParse(line).data;
          if (kept === undefined) return [];
          const { trajectory, modelInput } = kept;
          return [[kept.rolloutId, { transcript: keptText(path, trajectory), modelInput: keptText(path, modelInput) }]];
        }),
      ),
    };
  };
}

export function verdictName(instanceId: string, candidateId: string): string {
  return JSON.stringify([instanceId, candidateId]);
}

async function savedVerdict(
  path: string,
  names: readonly string[],
  key: string,
): Promise<{ readonly verified: VerifiedSource; readonly baseKey: string } | null> {
  const folder = logFolder(path, names);
  const saved = await savedResult<Partial<SavedVerdict>>(folder);
  if (saved === null || saved.key !== key) return null;
  const { runs = { regression: null, generated: {} }, applied = null, reruns = [], baseKey = "" } = saved.result;
  const all = [...Object.values(runs.generated), ...reruns.map(({ run }) => run), runs.regression];
  const verified: VerifiedSource = {
    applied: applied !== null,
    runs,
    durationMs: all.reduce((sum, run) => sum + (run?.durationMs ?? 0), 0),
    outcomes: saved.result.regression?.outcomes ?? {},
    logs: await logsIn(folder),
  };
  return { verified, baseKey };
}

/** The base that the candidates were compared with. */
async function savedBase(path: string, instanceId: string, baseKey: string): Promise<BaseSource | null> {
  for (const name of ["base", "base-without-slow-files"]) {
    const folder = logFolder(path, [instanceId, name]);
    const saved = await savedResult<BaseMeasurement>(folder);
    if (saved?.key === baseKey) return { runs: saved.result.runs, logs: await logsIn(folder) };
  }
  return null;
}

async function savedResult<T>(folder: string): Promise<{ readonly key: string; readonly result: T } | null> {
  try {
    const saved: unknown = JSON.parse(await readFile(join(folder, "result.json"), "utf8"));
    return saved !== null && typeof saved === "object" ? (saved as { key: string; result: T }) : null;
  } catch {
    return null;
  }
}

async function logsIn(folder: string): Promise<ReadonlyMap<string, SourceText>> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".log")).sort();
  const found = await Promise.all(
    names.map(async (name): Promise<[string, SourceText][]> => {
      const file = join(folder, name);
      const about = await stat(file).catch(() => null);
      if (about?.isFile() !== true) return [];
      return [[name, { bytes: about.size, packed: async () => packed(await present(file)) }]];
    }),
  );
  return new Map(found.flat());
}

function keptText(path: string, kept: KeptText | null): SourceText | null {
  return kept === null ? null : { bytes: kept.bytes, packed: () => present(textPath(path, kept.sha256)) };
}

async function present(file: string): Promise<Buffer> {
  return readFile(file).catch((cause: unknown) => {
    throw new BestkError("input", `${file}: can't be read, though the run names it`, {
      hint: "run again with the same command: what is missing is made again",
      cause,
    });
  });
}
