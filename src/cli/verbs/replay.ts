// `bestk replay`: a run's selection again, from its card and its evidence; equal byte for byte, or where it differs and why.

import type { Replay } from "../../core/schemas/run.js";
import { openAggregator } from "../../run/aggregators.js";
import { replayRun } from "../../run/replay.js";
import { clean } from "../table.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";
import { bestkVersion } from "../version.js";

export const replay: Verb = {
  name: "replay",
  examples: [
    ["bestk replay bestk-run", "rank the run's evidence again as its card says, and compare with what it holds"],
    ["bestk replay bestk-run --json", "the same as JSON, with the first line that differs in each file"],
  ],
  ignores: ["verbose", "seed", "jobs", "limit", "only", "dry-run", "skip-bad", "events"],
  define: (command) =>
    command
      .description(
        "make a run's selection again from its card and evidence, and compare it byte for byte; needs no container and no model (exit 0: equal, 2: it differs)",
      )
      .argument("<run>", "a run directory"),
  act: async ([path], options) => {
    const terminal = openTerminal(options);
    const result = await replayRun({ runPath: String(path), aggregatorNamed: openAggregator, version: bestkVersion() });
    terminal.data(result);
    terminal.result(show(result));
    return result.equal ? 0 : 2;
  },
};

const SHOWN = 20;

function show({ equal, aggregator, instances, files, changed, reasons }: Replay): string {
  const told = reasons.map(({ reason, message }) => `${reason}: ${message}`);
  if (equal) {
    return [
      `equal: ${files.map(({ file }) => file).join(" and ")}, ${instances} instances by ${aggregator}`,
      ...told,
    ].join("\n");
  }
  const lines = files.flatMap(({ file, equal: same, line, held, now }) =>
    same
      ? [`equal: ${file}`]
      : [`differs: ${file}, line ${line}`, `  the run has  ${shown(held)}`, `  now          ${shown(now)}`],
  );
  const selections = changed
    .slice(0, SHOWN)
    .map(
      ({ instanceId, held, now }) =>
        `selected of ${clean(instanceId)}: ${clean(held ?? "none")}, now ${clean(now ?? "none")}`,
    );
  const more = changed.length > SHOWN ? [`… and ${changed.length - SHOWN} more (--json)`] : [];
  return [...lines, ...selections, ...more, ...told].join("\n");
}

function shown(line: string | null): string {
  return line === null ? "no such line" : clean(line, 300);
}
