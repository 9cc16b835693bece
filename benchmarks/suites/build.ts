// Makes the shipped suites from their definitions: `tsx benchmarks/suites/build.ts [--record]`; a test keeps them in step.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { InstanceSpec } from "./author.js";
import { DEMO } from "./demo/index.js";
import { PYTHON } from "./python/index.js";
import { SCAFFOLDS } from "./scaffolds/index.js";
import { type Output, type Recording, Workspace } from "./workspace.js";

const HERE = dirname(fileURLToPath(import.meta.url));
const RECORDED = join(HERE, "recorded.json");

/** A suite: where it lies (with `repos/` and `generated/`, written by hand) and its instances. */
export interface Suite {
  readonly folder: string;
  readonly instances: readonly InstanceSpec[];
}

export const SUITES: readonly Suite[] = [
  { folder: join(HERE, "../demo"), instances: DEMO },
  { folder: join(HERE, "../../tests/fixtures/suite-python"), instances: PYTHON },
];

/** Every made file of a suite, path relative to its folder → text. */
export function buildSuite(suite: Suite, recording: Recording): Map<string, string> {
  const files = new Map<string, string>();
  const records: unknown[] = [];
  const expected: Record<string, unknown> = {};
  const append = (path: string, value: unknown) =>
    files.set(path, `${files.get(path) ?? ""}${JSON.stringify(value)}\n`);
  for (const instance of suite.instances) {
    using workspace = new Workspace(join(suite.folder, "repos", instance.id), recording);
    const gold = workspace.play(instance.gold).patch;
    const testPatch = workspace.play(instance.goldTests).patch;
    records.push(toRecord(instance, gold, testPatch));
    expected[instance.id] = toExpected(instance);
    for (const rollout of instance.rollouts) {
      const scaffold = SCAFFOLDS[rollout.slot];
      const playback = workspace.play(rollout.acts, rollout.form);
      const record = scaffold.write({ instance, playback, done: rollout.done, resolved: rollout.resolved, gold });
      const path = `rollouts/${scaffold.path(instance.id)}`;
      if (scaffold.unit === "lines") append(path, record);
      else files.set(path, `${JSON.stringify(record, null, 1)}\n`);
    }
  }
  for (const record of records) append("instances.jsonl", record);
  files.set("expected.json", `${JSON.stringify(expected, null, 1)}\n`);
  return files;
}

function toRecord(instance: InstanceSpec, gold: string, testPatch: string): unknown {
  return {
    instance_id: instance.id,
    repo: instance.repo,
    base_commit: null,
    problem_statement: instance.issue,
    version: null,
    ...(instance.baseImage !== undefined && { base_image: instance.baseImage }),
    repository: `repos/${instance.id}`,
    ...(instance.setup !== undefined && { setup: instance.setup }),
    workdir: "/testbed",
    regression_tests: { runner: instance.runner, files: instance.tests, timeout_seconds: instance.timeoutSeconds },
    generated_tests: instance.generated.map(({ id, path }) => ({
      id,
      path,
      file: `generated/${instance.id}/${path.split("/").at(-1)}`,
      runner: instance.runner,
      timeout_seconds: instance.generatedTimeoutSeconds,
    })),
    FAIL_TO_PASS: instance.failToPass,
    PASS_TO_PASS: instance.passToPass,
    test_patch: testPatch,
    patch: gold,
  };
}

function toExpected(instance: InstanceSpec): unknown {
  const rollouts = instance.rollouts.map(({ slot, kind, resolved, breaks, passes }) => [
    SCAFFOLDS[slot].rolloutId(instance.id),
    {
      kind,
      resolved,
      regression: typeof breaks === "string" ? breaks : breaks.length === 0 ? 0 : -breaks.length,
      reproduction: typeof passes === "string" ? passes : passes.length,
    },
  ]);
  return {
    decidedBy: instance.decidedBy,
    acceptable: instance.rollouts
      .filter(({ resolved }) => resolved)
      .map(({ slot }) => SCAFFOLDS[slot].rolloutId(instance.id))
      .sort(),
    generated: Object.fromEntries(instance.generated.map(({ id, nature }) => [id, nature])),
    rollouts: Object.fromEntries(rollouts),
  };
}

/** What commands printed when the suites were last recorded. */
export function loadRecording(live: boolean): Recording {
  let stored: Record<string, Output> = {};
  try {
    stored = JSON.parse(readFileSync(RECORDED, "utf8"));
  } catch (thrown) {
    if (!live) throw thrown;
  }
  return { known: new Map(Object.entries(stored)), used: new Set(), live };
}

function main(args: readonly string[]): void {
  const recording = loadRecording(args.includes("--record"));
  for (const suite of SUITES) {
    const files = buildSuite(suite, recording);
    rmSync(join(suite.folder, "rollouts"), { recursive: true, force: true });
    for (const [path, text] of files) {
      mkdirSync(dirname(join(suite.folder, path)), { recursive: true });
      writeFileSync(join(suite.folder, path), text);
    }
    process.stdout.write(`${suite.folder}: ${suite.instances.length} instances, ${files.size} files\n`);
  }
  const used = [...recording.known].filter(([key]) => recording.used.has(key)).sort(([a], [b]) => (a < b ? -1 : 1));
  if (recording.live) writeFileSync(RECORDED, `${JSON.stringify(Object.fromEntries(used), null, 1)}\n`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  main(process.argv.slice(2));
