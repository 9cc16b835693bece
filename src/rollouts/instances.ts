// Loads instances and keeps what a verifier may know: only named fields pass, so ground truth can't leak by accident.
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { BestkError, messageOf } from "../core/errors.js";
import { contentHash } from "../core/hash.js";
import { readLines, readText } from "../core/io.js";
import { compareNatural } from "../core/order.js";
import type { GeneratedTest, Rollout, Task, TestSuite } from "../core/types.js";

const DEFAULT_WORKDIR = "/testbed";
const DEFAULT_REGRESSION_SECONDS = 300;
const DEFAULT_GENERATED_SECONDS = 60;

const relativeFile = z.string().refine(isInsideTree, "expected a path inside the repository (relative, without ..)");
const seconds = z.number().positive().max(86_400);

const regressionSchema = z
  .object({
    runner: z.string().min(1).describe("docs/runners.md"),
    command: z.string().min(1).optional().describe("in place of the runner's, with {files} and {report}"),
    files: z.array(relativeFile).default([]).describe("test files, relative to the repository"),
    select: z.enum(["files", "all", "related"]).optional().describe("other files than these: --regression"),
    timeout_seconds: seconds.default(DEFAULT_REGRESSION_SECONDS),
  })
  .refine(
    ({ runner, command, files }) => runner !== "exit-code" || command !== undefined || files.length > 0,
    "the runner exit-code needs a command or files: without either it would pass on anything",
  );

/** What a process can be given: no name with "=", and no zero byte. */
const environmentSchema = z
  .record(z.string(), z.string())
  .refine(
    (env) => Object.entries(env).every(([name, value]) => /^[^=\0]+$/.test(name) && !value.includes("\0")),
    "expected names without = and values without zero bytes",
  );

const generatedSchema = z
  .object({
    id: z.string().min(1).optional().describe("default: the path"),
    path: relativeFile.describe("where it is put, relative to the repository"),
    content: z.string().optional().describe("its text; or `file`"),
    file: z.string().min(1).optional().describe("where its text is, relative to the record's file"),
    runner: z.string().min(1),
    command: z.string().min(1).optional(),
    timeout_seconds: seconds.default(DEFAULT_GENERATED_SECONDS),
    source: z.string().min(1).optional().describe("the generator's name"),
    written_by: z.array(z.string().min(1)).optional().describe("rollouts that it was taken from"),
  })
  .refine((test) => (test.content === undefined) !== (test.file === undefined), "expected either content or file");

/** An instance record: SWE-bench's names, and bestk's own for where it runs and which tests it has. */
export const instanceSchema = z.object({
  instance_id: z.string().min(1),
  repo: z.string().nullish(),
  base_commit: z.string().nullish(),
  problem_statement: z.string().default("").describe("the issue"),
  version: z.union([z.string(), z.number()]).nullish(),
  image: z.string().min(1).nullish().describe("holds the repository at the base commit in workdir"),
  base_image: z.string().min(1).nullish().describe("an image is made of it, repository and setup"),
  repository: z.string().min(1).nullish().describe("a folder, a git repository or a bundle, relative to the file"),
  setup: z.array(z.string()).default([]).describe("shell commands, run once as root when the image is made"),
  workdir: z.string().startsWith("/").default(DEFAULT_WORKDIR),
  env: environmentSchema.default({}).describe("of test commands"),
  regression_tests: regressionSchema.nullish(),
  generated_tests: z.array(generatedSchema).default([]),
});

type InstanceRecord = z.infer<typeof instanceSchema>;

/** An instance record before anything of it is read, and where it stands, for messages. */
export interface LocatedRecord {
  readonly where: string;
  readonly folder: string;
  readonly value: unknown;
}

/**
 * Tasks of instance files (JSONL, JSON list or object, YAML; plain or gzipped), in natural order of instance id.
 * Equal duplicates merge; unequal ones, unreadable records and missing test files throw BestkError `input`.
 */
export async function loadTasks(files: readonly string[]): Promise<Task[]> {
  const tasks = new Map<string, { task: Task; where: string }>();
  for (const file of files) {
    for await (const located of readInstanceRecords(file)) {
      const task = await toTask(parseRecord(located), located);
      const known = tasks.get(task.instanceId);
      if (known !== undefined && contentHash(known.task) !== contentHash(task)) {
        throw new BestkError(
          "input",
          `instance ${task.instanceId} differs between ${known.where} and ${located.where}`,
          {
            hint: "give one definition of each instance",
          },
        );
      }
      tasks.set(task.instanceId, known ?? { task, where: located.where });
    }
  }
  return [...tasks.values()].map(({ task }) => task).sort((a, b) => compareNatural(a.instanceId, b.instanceId));
}

/** The issue that a model reads: a record's, else (no record, or one without the text) what the agent was given. */
export function issueFor(recorded: string | undefined, trajectory: Rollout["trajectory"]): string {
  return recorded === undefined || recorded.trim() === "" ? (trajectory?.issue ?? "") : recorded;
}

/** Records of an instance file (JSONL, JSON list or object, YAML; plain or gzipped), whole. Throws BestkError `input`. */
export async function* readInstanceRecords(file: string): AsyncGenerator<LocatedRecord> {
  const folder = dirname(resolve(file));
  if (await isJsonLines(file)) {
    for await (const { number, text } of readLines(file)) {
      if (text.trim() === "") continue;
      yield { where: `${file}:${number}`, folder, value: parseJson(text, `${file}:${number}`) };
    }
    return;
  }
  const text = await readText(file);
  const document = /^\s*[[{]/.test(text) ? parseJson(text, file) : parseYamlText(text, file);
  const list = Array.isArray(document) ? document : isRecordMap(document) ? Object.values(document) : [document];
  for (const [index, value] of list.entries()) yield { where: `${file}[${index}]`, folder, value };
}

/** The first line is a whole JSON object: JSONL (a JSON list or a pretty-printed object is not). */
async function isJsonLines(file: string): Promise<boolean> {
  for await (const { text } of readLines(file)) {
    if (text.trim() === "") continue;
    if (!text.trimStart().startsWith("{")) return false;
    try {
      JSON.parse(text);
      return true;
    } catch {
      return text.trimEnd().length > 1 && text.includes('"instance_id"');
    }
  }
  throw new BestkError("input", `${file}: is empty`, { hint: "expected instance records, one JSON object a line" });
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new BestkError("input", `${where}: not valid JSON (${messageOf(thrown)})`, { cause: thrown });
  }
}

function parseYamlText(text: string, file: string): unknown {
  try {
    return parseYaml(text);
  } catch (thrown) {
    throw new BestkError("input", `${file}: neither JSON nor YAML (${messageOf(thrown).split("\n")[0]})`, {
      hint: "expected instance records, one JSON object a line",
      cause: thrown,
    });
  }
}

function isRecordMap(document: unknown): document is Record<string, unknown> {
  return document !== null && typeof document === "object" && !("instance_id" in document);
}

/** A file of rollouts has instance ids too, and would be taken for records without issue and tests. */
const ROLLOUT_FIELDS = ["messages", "trajectory", "history", "model_patch"] as const;

function parseRecord(located: LocatedRecord): InstanceRecord {
  const parsed = instanceSchema.safeParse(located.value);
  if (parsed.success) {
    const field = ROLLOUT_FIELDS.find((name) => name in (located.value as object));
    if (field === undefined || parsed.data.problem_statement !== "") return parsed.data;
    throw new BestkError("input", `${located.where}: a rollout (it has "${field}"), not an instance record`, {
      hint: "rollouts are arguments; --instances takes records with instance_id, problem_statement and base_commit",
    });
  }
  const issue = parsed.error.issues[0];
  const field = issue?.path.join(".") || "record";
  throw new BestkError("input", `${located.where}: ${field}: ${issue?.message ?? "not an instance record"}`, {
    hint: "an instance record has at least instance_id",
  });
}

/** A second test of one path would take the first one's place, and of one id its result. */
function assertDistinct(tests: readonly GeneratedTest[], where: string): void {
  for (const field of ["id", "path"] as const) {
    const values = tests.map((test) => test[field]);
    const repeated = values.find((value, index) => values.indexOf(value) !== index);
    if (repeated === undefined) continue;
    throw new BestkError("input", `${where}: generated_tests: two tests have the ${field} ${repeated}`, {
      hint: `give each generated test ${field === "id" ? "an id" : "a path"} of its own`,
    });
  }
}

async function toTask(record: InstanceRecord, located: LocatedRecord): Promise<Task> {
  const fromFolder = (path: string | null | undefined) => (path == null ? null : resolve(located.folder, path));
  const generated = await Promise.all(record.generated_tests.map((test) => toGenerated(test, located)));
  assertDistinct(generated, located.where);
  return {
    instanceId: record.instance_id,
    repo: record.repo ?? null,
    baseCommit: record.base_commit ?? null,
    issue: record.problem_statement,
    version: record.version == null ? null : String(record.version),
    environment: {
      image: record.image ?? null,
      baseImage: record.base_image ?? null,
      repository: fromFolder(record.repository),
      setup: record.setup,
      workdir: record.workdir,
      env: record.env,
    },
    regression: record.regression_tests ? toSuite(record.regression_tests) : null,
    generated,
  };
}

function toSuite(suite: z.infer<typeof regressionSchema>): TestSuite {
  const { runner, command, files, select, timeout_seconds } = suite;
  const chosen = select === undefined ? {} : { select };
  return { runner, command: command ?? null, files, ...chosen, timeoutSeconds: timeout_seconds };
}

async function toGenerated(test: z.infer<typeof generatedSchema>, located: LocatedRecord): Promise<GeneratedTest> {
  return {
    id: test.id ?? test.path,
    path: test.path,
    content: test.content ?? (await readTestFile(resolve(located.folder, test.file ?? ""), located.where)),
    runner: test.runner,
    command: test.command ?? null,
    timeoutSeconds: test.timeout_seconds,
    ...(test.source === undefined ? {} : { source: test.source }),
    ...(test.written_by === undefined ? {} : { writtenBy: test.written_by.toSorted(compareNatural) }),
  };
}

async function readTestFile(path: string, where: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    throw new BestkError("input", `${where}: generated_tests: ${path} can't be read (${messageOf(thrown)})`, {
      hint: "file is relative to the folder of the instances file",
      cause: thrown,
    });
  }
}

function isInsideTree(path: string): boolean {
  return path !== "" && !path.startsWith("/") && !path.split("/").includes("..") && !path.includes("\0");
}
