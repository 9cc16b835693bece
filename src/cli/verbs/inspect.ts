// `bestk inspect`: what was understood of each file, and what was not.
import { type InspectLine, inspectFiles } from "../../rollouts/inspect.js";
import type { ReadOptions } from "../../rollouts/read.js";
import { type InstanceFilter, onlyOf } from "../../run/filter.js";
import { listenForInterrupt } from "../interrupt.js";
import { addScaffoldOption } from "../options.js";
import { scaffoldNamed } from "../runFlags.js";
import { clean, formatTable } from "../table.js";
import { openTerminal, type Terminal } from "../terminal.js";
import type { Verb } from "../verb.js";

export const inspect: Verb = {
  name: "inspect",
  examples: [
    ["bestk inspect trajs/", "every file below trajs: its format, rollouts, steps, patches and problems"],
    [
      "bestk inspect preds.jsonl 'runs/**/*.traj' --only django__django-11099 --json",
      "JSONL, one line a file, counting the rollouts of one instance",
    ],
  ],
  ignores: ["seed", "jobs", "dry-run", "skip-bad", "events"],
  define: (command) =>
    addScaffoldOption(command)
      .description("show what was understood of rollout files: format, rollouts, steps, patches, problems")
      .argument("<rollouts...>", "files, folders or globs, plain or gzipped"),
  act: async ([paths], options) => {
    const terminal = openTerminal(options);
    const scaffold = scaffoldNamed((options as { scaffold?: string }).scaffold);
    const interrupt = listenForInterrupt(() => {});
    const lines: InspectLine[] = [];
    try {
      const read = { signal: interrupt.drain, ...(scaffold === undefined ? {} : { scaffold }) };
      const only = await wantedOf(paths as string[], read, options as InstanceFilter);
      for await (const line of inspectFiles(paths as string[], { ...read, ...(only === null ? {} : { only }) })) {
        terminal.data(line);
        if (!terminal.json) lines.push(line);
      }
    } finally {
      interrupt.dispose();
    }
    if (!terminal.json) show(terminal, lines);
    return 0;
  },
};

/** Which instances come first, and which there are at all, is known when all files were read: they are read twice. */
async function wantedOf(
  paths: readonly string[],
  read: ReadOptions,
  filter: InstanceFilter,
): Promise<ReadonlySet<string> | null> {
  if (filter.only === undefined && filter.limit === undefined) return null;
  const found = new Set<string>();
  for await (const { instances } of inspectFiles(paths, read)) for (const id of instances) found.add(id);
  const all = [...found].map((instanceId) => ({ instanceId }));
  return new Set(onlyOf(all, filter).map(({ instanceId }) => instanceId));
}

function show(terminal: Terminal, lines: readonly InspectLine[]): void {
  const understood = lines.filter(({ format }) => format !== null);
  const rows = understood.map((line) => [
    line.file,
    line.format ?? "",
    line.rollouts,
    line.instances.length,
    line.steps,
    line.patches,
    line.emptyPatches,
    line.problems.length,
  ]);
  const header = ["file", "format", "rollouts", "instances", "steps", "patches", "empty", "problems"];
  if (rows.length > 0) terminal.result(formatTable(header, rows));
  for (const { file, problems } of understood) {
    for (const { line, message } of problems) {
      terminal.result(`${clean(file)}${line === null ? "" : `:${line}`}: ${clean(message, 300)}`);
    }
  }
  const refused = lines.filter(({ format }) => format === null);
  if (refused.length === 0) return;
  terminal.result(`\nnot understood: ${refused.length} of ${lines.length} files`);
  for (const { file, problems } of refused) {
    terminal.result(`  ${clean(file)}: ${clean(problems[0]?.message ?? "unknown format", 300)}`);
  }
}
