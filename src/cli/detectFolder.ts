// What a folder holds that bestk knows: rollouts of known formats, instance records, and how its tests are run.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { readLines } from "../core/io.js";
import { compareNatural } from "../core/order.js";
import { inspectFiles } from "../rollouts/inspect.js";
import { loadTasks } from "../rollouts/instances.js";

export interface DetectedRollouts {
  /** Relative to the folder. */
  readonly path: string;
  /** Of the first files that hold rollouts, each once. */
  readonly formats: readonly string[];
}

export interface DetectedInstances {
  readonly path: string;
  readonly instances: number;
}

export interface Detected {
  readonly rollouts: readonly DetectedRollouts[];
  readonly instances: readonly DetectedInstances[];
  /** A test runner by bestk's name, and the file that says so; null: none is known. */
  readonly runner: { readonly name: string; readonly because: string } | null;
}

/** Entries of the folder that are looked into, and files of each: a folder of thousands of trajectories has one format. */
const MOST_ENTRIES = 200;
const MOST_FILES = 50;
const MOST_BYTES = 512 * 1024 ** 2;
/** Folders of programs, not of rollouts. */
const PASSED_OVER = new Set([
  "node_modules",
  "venv",
  "dist",
  "build",
  "target",
  "bestk-run",
  "bestk-grade",
  "bestk-testgen",
]);

/** Reads the first files of each entry; what can't be read is passed over. */
export async function detectFolder(folder: string, signal: AbortSignal): Promise<Detected> {
  const entries = (await readdir(folder, { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith(".") && !PASSED_OVER.has(name) && !name.startsWith("bestk.config."))
    .sort((a, b) => compareNatural(a.name, b.name));
  const rollouts: DetectedRollouts[] = [];
  const instances: DetectedInstances[] = [];
  for (const entry of entries.slice(0, MOST_ENTRIES)) {
    signal.throwIfAborted();
    const path = join(folder, entry.name);
    if (entry.isFile() && !/\.(jsonl?|ya?ml|csv|parquet|traj|txt|log|gz)$/.test(entry.name)) continue;
    if (entry.isFile() && (await stat(path)).size > MOST_BYTES) continue;
    if (entry.isDirectory() && (await isRun(path))) continue;
    const records = entry.isFile() ? await recordsIn(path) : 0;
    const formats = records > 0 ? [] : await formatsOf(path, signal);
    const name = entry.isDirectory() ? `${entry.name}/` : entry.name;
    if (formats.length > 0) rollouts.push({ path: name, formats });
    else if (records > 0) instances.push({ path: entry.name, instances: records });
  }
  return { rollouts, instances, runner: await detectRunner(folder) };
}

async function formatsOf(path: string, signal: AbortSignal): Promise<readonly string[]> {
  const formats = new Set<string>();
  let looked = 0;
  try {
    for await (const { format, rollouts } of inspectFiles([path], { signal })) {
      if (format !== null && rollouts > 0) formats.add(format);
      looked += 1;
      if (looked >= MOST_FILES) break;
    }
  } catch {
    signal.throwIfAborted();
  }
  return [...formats].sort();
}

/** How many instance records a file holds: a prediction has an id too, but no issue. */
async function recordsIn(path: string): Promise<number> {
  if (!/\.(jsonl?|ya?ml)(\.gz)?$/.test(path)) return 0;
  try {
    const tasks = await loadTasks([path]);
    return tasks.some(({ issue }) => issue !== "") ? tasks.length : 0;
  } catch {
    return /\.jsonl(\.gz)?$/.test(path) ? likelyRecords(path) : 0;
  }
}

/** Records that can't be loaded as they are (a file that they name is missing) are records all the same. */
async function likelyRecords(path: string): Promise<number> {
  let records = 0;
  try {
    for await (const { text } of readLines(path)) {
      const { instance_id: id, problem_statement: issue } = JSON.parse(text) as Readonly<Record<string, unknown>>;
      if (typeof id !== "string" || typeof issue !== "string") return 0;
      records += 1;
    }
    return records;
  } catch {
    return records;
  }
}

async function isRun(path: string): Promise<boolean> {
  return (await stat(join(path, "run.json")).catch(() => null)) !== null;
}

type Sign = readonly [file: string, runner: string, holds?: RegExp];

/** The first that is there decides. */
const SIGNS: readonly Sign[] = [
  ["pytest.ini", "pytest"],
  ["conftest.py", "pytest"],
  ["tests/conftest.py", "pytest"],
  ["pyproject.toml", "pytest", /\[tool\.pytest|["']pytest/],
  ["tox.ini", "pytest", /pytest/],
  ["setup.cfg", "pytest", /pytest/],
  ["package.json", "vitest", /"vitest"/],
  ["package.json", "jest", /"jest"/],
  ["package.json", "mocha", /"mocha"/],
  ["package.json", "node-test", /node --test/],
  ["go.mod", "go"],
  ["Cargo.toml", "cargo"],
  [".rspec", "rspec"],
  ["phpunit.xml", "phpunit"],
  ["phpunit.xml.dist", "phpunit"],
  ["CMakeLists.txt", "ctest", /enable_testing|add_test/],
  ["tests/__init__.py", "unittest"],
];

async function detectRunner(folder: string): Promise<Detected["runner"]> {
  for (const [file, name, holds] of SIGNS) {
    const text = await readFile(join(folder, file), "utf8").catch(() => null);
    if (text !== null && (holds?.test(text) ?? true)) return { name, because: file };
  }
  return null;
}
