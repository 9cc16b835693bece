// `bestk testgen import`: tests that were made elsewhere, as files, diffs or records of other tools.
import { BestkError } from "../../core/errors.js";
import { loadTasks } from "../../rollouts/instances.js";
import { onlyOf } from "../../run/filter.js";
import { type Imported, importTests } from "../../testgen/import.js";
import { runnerNamed } from "../../verify/runners.js";
import { listenForInterrupt } from "../interrupt.js";
import { collect, type GlobalOptions, wholeNumber } from "../options.js";
import { writePredictions } from "../patches.js";
import { clean, formatTable } from "../table.js";
import { openTerminal, type Terminal } from "../terminal.js";
import type { Verb } from "../verb.js";

interface Flags extends GlobalOptions {
  readonly instances?: readonly string[];
  readonly instance?: string;
  readonly runner?: string;
  readonly testTimeout: number;
  readonly output?: string;
}

const DEFAULT_SECONDS = 60;
/** Reasons shown by themselves; `--verbose` shows all. */
const MOST_SHOWN = 5;

export const testgenImport: Verb = {
  name: "import",
  examples: [
    [
      "bestk testgen import tests/repro --instance django__django-11099 -o tests.jsonl",
      "plain test files of one instance",
    ],
    [
      "bestk testgen import agentless_reproduction.jsonl --instances instances.jsonl -o tests.jsonl",
      "records of another tool, for these instances",
    ],
  ],
  ignores: ["seed", "jobs", "skip-bad", "events"],
  define: (command) =>
    command
      .description("bring in tests that were made elsewhere: files, diffs, records of Agentless, R2E-Gym and SWT-bench")
      .argument("<paths...>", "files, folders or globs")
      .option("--instances <file>", "import for these instances alone, with their runners (may be repeated)", collect)
      .option("--instance <id>", "the instance of all plain files and diffs")
      .option("--runner <name>", "runner of all tests (default: found for each)")
      .option("--test-timeout <s>", "time limit of a test file in seconds", wholeNumber(1), DEFAULT_SECONDS)
      .option("-o, --output <file>", "where the tests are written, for --generated"),
  act: async ([paths], options) => {
    const flags = options as unknown as Flags;
    const terminal = openTerminal(options);
    if (flags.output === undefined && flags.json !== true && flags.dryRun !== true) {
      throw new BestkError("usage", "-o is missing", { hint: "name a file for the tests, or --json for stdout" });
    }
    if (flags.runner !== undefined) runnerNamed(flags.runner);
    const interrupt = listenForInterrupt(() => terminal.warn("interrupted"));
    try {
      const imported = await importFromFlags(paths as readonly string[], flags, interrupt.drain);
      show(imported, terminal);
      for (const line of imported.tests) terminal.data(line);
      if (flags.output !== undefined && flags.dryRun !== true) {
        await writePredictions(flags.output, imported.tests.map((line) => `${JSON.stringify(line)}\n`).join(""));
        terminal.note(`tests: ${flags.output}; \`bestk verify --generated\` runs them`);
      }
      return 0;
    } catch (thrown) {
      if (!interrupt.drain.aborted) throw thrown;
      throw new BestkError("interrupted", "interrupted; nothing was written", { cause: thrown });
    } finally {
      interrupt.dispose();
    }
  },
};

async function importFromFlags(paths: readonly string[], flags: Flags, signal: AbortSignal): Promise<Imported> {
  const { only, limit, instance = null, runner = null } = flags;
  const filter = { ...(only ? { only } : {}), ...(limit ? { limit } : {}) };
  const tasks = flags.instances === undefined ? null : onlyOf(await loadTasks(flags.instances), filter);
  const imported = await importTests({ paths, tasks, instance, runner, timeoutSeconds: flags.testTimeout }, signal);
  if (tasks !== null) return imported;
  const wanted = new Set(onlyOf(imported.tests, filter).map(({ instanceId }) => instanceId));
  return { ...imported, tests: imported.tests.filter(({ instanceId }) => wanted.has(instanceId)) };
}

function show({ tests, refused, files }: Imported, terminal: Terminal): void {
  const instances = new Set(tests.map(({ instanceId }) => instanceId)).size;
  const counts = new Map<string, number>();
  for (const { reason } of refused) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([reason, count]) => [reason, count] as const);
  terminal.result(`${tests.length} tests of ${instances} instances, from ${files} files`);
  if (rows.length > 0) terminal.result(formatTable(["not taken", "count"], rows));
  const shown = terminal.verbose ? refused : refused.slice(0, MOST_SHOWN);
  for (const { reason, what } of shown) terminal.note(`${reason}: ${clean(what, 300)}`);
  if (refused.length > shown.length) terminal.note(`… and ${refused.length - shown.length} more (--verbose)`);
}
