// `bestk testgen filter`: runs generated tests on base and keeps those that fail there, each time, for the sake.
import { randomUUID } from "node:crypto";
import { Option } from "commander";
import { BestkError } from "../../core/errors.js";
import { loadTasks } from "../../rollouts/instances.js";
import { onlyOf } from "../../run/filter.js";
import { DEFAULT_BUDGET, type FilteredInstance, type FilterResult, filterTests } from "../../run/filterTests.js";
import { RunDirectory } from "../../run/store.js";
import { OUTPUT_RULES, type OutputRule } from "../../testgen/filter.js";
import { addLimitOptions, type LimitFlags, limitsOf } from "../limits.js";
import { interrupted, longWork } from "../longWork.js";
import { collect, type GlobalOptions, wholeNumber } from "../options.js";
import { openEnvironments } from "../sandboxes.js";
import { formatTable } from "../table.js";
import { openTerminal, type Terminal } from "../terminal.js";
import { readTests, writeTests } from "../testFiles.js";
import type { Verb } from "../verb.js";

interface Options extends GlobalOptions, LimitFlags {
  readonly instances?: readonly string[];
  readonly output?: string;
  readonly run: string;
  readonly sandbox: string;
  readonly keep: number;
  readonly tries: number;
  readonly outputs: OutputRule;
  readonly instanceSeconds: number;
  readonly totalSeconds?: number;
  readonly testSeconds?: number;
}

export const testgenFilter: Verb = {
  name: "filter",
  examples: [
    [
      "bestk testgen filter mined.jsonl --instances instances.jsonl -o tests.jsonl",
      "keep the tests that fail on base, each time, for the issue's sake",
    ],
    [
      "bestk testgen filter mined.jsonl llm.jsonl --instances instances.jsonl --keep 10 --instance-seconds 600 -j 4 -o tests.jsonl",
      "two files, within a budget",
    ],
  ],
  ignores: ["seed", "skip-bad"],
  define: (command) =>
    addLimitOptions(command)
      .description("run generated tests on base, and keep those that fail there each time for the issue's sake")
      .argument("<tests...>", "files of generated tests (JSONL, plain or gzipped)")
      .option("--instances <file>", "instance records (several files, or repeated)", collect)
      .option("-o, --output <file>", "write the tests that are kept (JSONL)")
      .option("--run <dir>", "where runs are saved; the same command again goes on from there", "bestk-testgen")
      .option("--sandbox <name>", "where tests run: docker, or process for tests you trust", "docker")
      .option("--keep <n>", "tests that an instance keeps", wholeNumber(1), DEFAULT_BUDGET.keep)
      .option("--tries <n>", "tests that are tried an instance", wholeNumber(1), DEFAULT_BUDGET.tries)
      .addOption(
        new Option(
          "--outputs <rule>",
          "scripts that only print: keep, drop, or spare them where an instance has others",
        )
          .choices(OUTPUT_RULES)
          .default("spare"),
      )
      .option("--test-seconds <n>", "time limit of a test, where its own is longer", wholeNumber(1))
      .option("--instance-seconds <n>", "seconds of runs an instance", wholeNumber(1), DEFAULT_BUDGET.instanceSeconds)
      .option("--total-seconds <n>", "seconds of runs over all instances", wholeNumber(1)),
  act: async ([paths], options) => {
    const settings = options as unknown as Options;
    const terminal = openTerminal(options);
    if (settings.instances === undefined) {
      throw new BestkError("usage", "--instances is missing: tests run in the repository of their instance", {
        hint: "give instance records with --instances FILE",
      });
    }
    const tasks = await loadTasks(settings.instances);
    const lines = onlyOf(await readTests(paths as string[]), settings);
    if (settings.dryRun === true) {
      terminal.note(`would run ${lines.length} tests on base`);
      return 0;
    }
    const work = {
      terminal,
      events: settings.events,
      inFlight: "the tests in flight",
      left: "what was run is kept",
    };
    return longWork(work, async ({ emit, drain, stop }) => {
      const environments = await openEnvironments(settings.sandbox, terminal, stop, { limits: limitsOf(settings) });
      await using directory = await RunDirectory.open(settings.run);
      const result = await filterTests({
        lines,
        tasks,
        directory,
        environments,
        budget: {
          keep: settings.keep,
          tries: settings.tries,
          instanceSeconds: settings.instanceSeconds,
          totalSeconds: settings.totalSeconds ?? DEFAULT_BUDGET.totalSeconds,
          testSeconds: settings.testSeconds ?? null,
        },
        outputs: settings.outputs,
        nonce: () => randomUUID().replaceAll("-", ""),
        jobs: settings.jobs,
        emit,
        drain,
        stop,
      });
      if (!result.complete) throw interrupted(work);
      await show(result, settings.output, terminal);
      return 0;
    });
  },
};

async function show({ instances }: FilterResult, output: string | undefined, terminal: Terminal): Promise<void> {
  const kept = instances.flatMap((one) => one.kept);
  if (output !== undefined) {
    await writeTests(output, kept);
    terminal.note(`tests: ${output}`);
  }
  for (const { kept: some, ...rest } of instances) {
    terminal.data({ schema: "bestk.filtered/1", ...rest, kept: some.map(({ test }) => test.id) });
  }
  terminal.result(formatTable(["instance", "given", "kept", "seconds", "dropped"], instances.map(row)));
}

function row({ instanceId, given, kept, dropped, seconds }: FilteredInstance): (string | number)[] {
  const counts = new Map<string, number>();
  for (const { reason } of dropped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const sorted = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return [instanceId, given, kept.length, seconds, sorted.map(([reason, n]) => `${reason} ${n}`).join(", ") || "none"];
}
