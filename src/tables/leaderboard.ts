// SWE-bench leaderboard folders: one submission or a folder of several, each a rollout of every instance of the benchmark.
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { BestkError } from "../core/errors.js";
import { readText } from "../core/io.js";
import { compareNatural } from "../core/order.js";
import type { Evidence } from "../core/schemas.js";
import { unavailable } from "../core/signal.js";
import { evidenceWithout, inCanonicalOrder, LabelCollector, parseRecord } from "./collect.js";
import { readRecords } from "./records.js";
import { type LoadedTable, problemText, RecordError, type TablePatch, type TableProblem } from "./table.js";

const ids = z.array(z.string()).default([]);

/** `results/results.json` of a submission, or the harness's own report, which names the same lists otherwise. */
const resultsSchema = z.union([
  z.object({ resolved: z.array(z.string()), no_generation: ids, no_logs: ids }),
  z
    .object({ resolved_ids: z.array(z.string()), unresolved_ids: ids, empty_patch_ids: ids, error_ids: ids })
    .transform((report) => ({
      resolved: report.resolved_ids,
      no_generation: report.empty_patch_ids,
      no_logs: report.error_ids,
      others: report.unresolved_ids,
    })),
]);

const detailsSchema = z.record(z.string(), z.looseObject({ resolved: z.boolean().nullable() }));

const predictionSchema = z.object({ instance_id: z.string().min(1), model_patch: z.string().nullable() });

const FILES = ["results/results.json", "per_instance_details.json", "all_preds.jsonl"] as const;

interface Submission {
  readonly name: string;
  /** instanceId → resolved; null where no log says so. Instances that no list names are not in it. */
  readonly truth: ReadonlyMap<string, boolean | null>;
  /** False where predictions alone are known: an unnamed instance is unknown then, not unresolved. */
  readonly isGraded: boolean;
  readonly empty: ReadonlySet<string>;
  readonly patches: ReadonlyMap<string, string>;
  readonly problems: readonly TableProblem[];
}

/** Folders of submissions that a path names: itself, or those right in it. Empty if it is no leaderboard folder. */
export async function leaderboardFolders(path: string): Promise<readonly string[]> {
  if (await isSubmission(path)) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  const inner = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name))
    .sort(compareNatural);
  const found = await Promise.all(inner.map(async (folder) => ((await isSubmission(folder)) ? [folder] : [])));
  return found.flat();
}

/**
 * Evidence of submissions: labels from `results/results.json` or `per_instance_details.json`, patches from
 * `all_preds.jsonl`; a rollout's id is its folder's name. An instance that a graded submission names nowhere was not
 * resolved by it. Throws BestkError `input` for a file that can't be read (`skipBad`: such predictions are left out).
 */
export async function readLeaderboard(
  folders: readonly string[],
  options: { readonly skipBad: boolean },
): Promise<LoadedTable> {
  const submissions = await Promise.all(folders.map((folder) => readSubmission(folder)));
  const problems = submissions.flatMap((submission) => submission.problems);
  const error = problems.find(({ kind }) => kind === "error");
  if (error !== undefined && !options.skipBad) {
    throw new BestkError("input", problemText(error), { hint: "--skip-bad leaves such records out" });
  }
  const named = submissions.flatMap(({ truth, patches }) => [...truth.keys(), ...patches.keys()]);
  const instances = [...new Set(named)].sort(compareNatural);
  const labels = new LabelCollector();
  const evidence: Evidence[] = [];
  const patches: TablePatch[] = [];
  for (const submission of submissions) {
    for (const instanceId of instances) {
      const known = submission.truth.get(instanceId);
      labels.set(instanceId, submission.name, known === undefined ? (submission.isGraded ? false : null) : known);
      evidence.push(evidenceOf(submission, instanceId));
      const patch = submission.patches.get(instanceId);
      if (patch !== undefined) patches.push({ instanceId, rolloutId: submission.name, patch });
    }
  }
  return { evidence: inCanonicalOrder(evidence), labels: labels.labels(), problems, patches };
}

async function isSubmission(folder: string): Promise<boolean> {
  const found = await Promise.all(FILES.map((name) => isFile(join(folder, name))));
  return found.includes(true);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function readSubmission(folder: string): Promise<Submission> {
  const [results, details, predictions] = FILES.map((name) => join(folder, name)) as [string, string, string];
  const truth = new Map<string, boolean | null>();
  const empty = new Set<string>();
  if (await isFile(results)) {
    const lists = await readJson(results, resultsSchema);
    for (const id of "others" in lists ? lists.others : []) truth.set(id, false);
    for (const id of lists.no_logs) truth.set(id, null);
    for (const id of lists.no_generation) {
      truth.set(id, false);
      empty.add(id);
    }
    for (const id of lists.resolved) truth.set(id, true);
  } else if (await isFile(details)) {
    for (const [id, { resolved }] of Object.entries(await readJson(details, detailsSchema))) truth.set(id, resolved);
  }
  const { patches, problems } = (await isFile(predictions)) ? await readPredictions(predictions) : NO_PREDICTIONS;
  return { name: basename(folder), truth, isGraded: truth.size > 0, empty, patches, problems };
}

const NO_PREDICTIONS = { patches: new Map<string, string>(), problems: [] };

async function readPredictions(file: string): Promise<Pick<Submission, "patches" | "problems">> {
  const patches = new Map<string, string>();
  const problems: TableProblem[] = [];
  for await (const record of readRecords(file)) {
    if ("problem" in record) {
      problems.push(record.problem);
      continue;
    }
    try {
      const { instance_id, model_patch } = parseRecord(predictionSchema, record.value);
      if ((patches.get(instance_id) ?? model_patch) !== model_patch) {
        throw new RecordError("instance_id", `expected one prediction an instance, ${instance_id} has another one`);
      }
      patches.set(instance_id, model_patch ?? "");
    } catch (thrown) {
      if (!(thrown instanceof RecordError)) throw thrown;
      problems.push({ kind: "error", file, line: record.line, field: thrown.field, message: thrown.message });
    }
  }
  return { patches, problems };
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new BestkError("input", `${file}: no JSON`, { cause: thrown });
  }
  try {
    return parseRecord(schema, value);
  } catch (thrown) {
    if (!(thrown instanceof RecordError)) throw thrown;
    throw new BestkError(
      "input",
      problemText({ kind: "error", file, line: null, field: thrown.field, message: thrown.message }),
    );
  }
}

function evidenceOf({ name, empty }: Submission, instanceId: string): Evidence {
  const none = empty.has(instanceId)
    ? unavailable("empty-patch", "the submission generated no patch")
    : unavailable("not-run", "a leaderboard has labels and patches alone");
  return evidenceWithout(none, instanceId, name);
}
