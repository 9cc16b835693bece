// Writes grades in the harness's own form: one report.json, or the folders in which the harness keeps several.
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { rollup } from "d3-array";
import { BestkError, messageOf } from "../core/errors.js";
import { contentHash } from "../core/hash.js";
import { writeAtomic } from "../core/io.js";
import type { Graded } from "./gradeLogs.js";
import { type HarnessReport, harnessReportOf } from "./harnessReport.js";

const MAX_NAME = 150;

/**
 * `x.json`: one object, instance → report. Any other path is a folder: `<rollout>/<instance>/report.json`, as the harness
 * lays its logs out, with the patch and the log beside it where they are known. What has no verdict has no report. Returns how
 * many reports were written. Throws BestkError `usage` where one object would have to hold two rollouts of an instance,
 * or nothing can be written there.
 */
export async function writeReports(path: string, grades: readonly Reportable[]): Promise<number> {
  const files = path.endsWith(".json") ? [[path, json(oneObject(path, grades))] as const] : folders(path, grades);
  try {
    for (const [file, content] of files) {
      await mkdir(dirname(file), { recursive: true });
      await writeAtomic(file, content);
    }
  } catch (thrown) {
    throw new BestkError("usage", `-o ${path}: can't be written (${messageOf(thrown)})`, { cause: thrown });
  }
  return files.filter(([file]) => file.endsWith(".json")).length;
}

/** `log`: what a patch was graded on, where it was run here. */
export type Reportable = Graded & { readonly log?: string | null };

function json(reports: Reports): string {
  return `${JSON.stringify(reports, null, 4)}\n`;
}

type Reports = Readonly<Record<string, HarnessReport>>;

function oneObject(path: string, grades: readonly Graded[]): Reports {
  const reports: Record<string, HarnessReport> = {};
  for (const { line, patch } of grades) {
    if (line.resolved === null) continue;
    if (Object.hasOwn(reports, line.instanceId)) {
      throw new BestkError("usage", `-o ${path}: several rollouts of ${line.instanceId} don't fit into one report`, {
        hint: "give a folder instead of a .json file: each rollout gets a report of its own",
      });
    }
    reports[line.instanceId] = harnessReportOf(line, patch);
  }
  return reports;
}

function folders(path: string, grades: readonly Reportable[]): (readonly [string, string])[] {
  const folder = folderNames(grades.map(({ line }) => line.rolloutId));
  return grades.flatMap(({ line, patch, log }) => {
    const place = join(path, folder(line.rolloutId), plainName(line.instanceId));
    const report = json({ [line.instanceId]: harnessReportOf(line, patch) });
    const files: readonly (readonly [string, string | null])[] = [
      ["report.json", line.resolved === null ? null : report],
      ["patch.diff", log === undefined ? null : patch],
      ["test_output.txt", log ?? null],
    ];
    return files.flatMap(([name, content]) => (content === null ? [] : [[join(place, name), content] as const]));
  });
}

/** A folder for each id; ids that would share one, and ids cut short, are told apart by a hash. */
function folderNames(ids: readonly string[]): (id: string) => string {
  const users = rollup(
    new Set(ids),
    (group) => group.length,
    (id) => plainName(id).toLowerCase(),
  );
  return (id) => {
    const plain = plainName(id);
    const isOwn = users.get(plain.toLowerCase()) === 1 && id.length <= MAX_NAME;
    return isOwn ? plain : `${plain}-${contentHash(id).slice(0, 8)}`;
  };
}

/** "/" becomes "__", as in the harness, and what a folder may not be called becomes "_". */
function plainName(id: string): string {
  const name = id.replaceAll("/", "__").replaceAll(/[^\w.@#=+~-]/g, "_");
  return name.slice(0, MAX_NAME).replace(/^\.+$/, "_");
}
