// `bestk merge`: the run directories of several machines (--shard) joined into one.
import type { Command } from "commander";
import { openAggregator } from "../../run/aggregators.js";
import { mergeRuns } from "../../run/scheduleMerge.js";
import type { GlobalOptions } from "../options.js";
import { showRanking } from "../showRanking.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

interface Options extends GlobalOptions {
  readonly run: string;
}

export const merge: Verb = {
  name: "merge",
  examples: [
    ["bestk merge shard-1 shard-2 shard-3 --run my-run", "three machines' shares as one run directory"],
    ["bestk merge shard-* --run my-run --json", "the ranking of all of them as JSON"],
  ],
  ignores: ["jobs", "events", "seed", "limit", "only", "dry-run", "skip-bad"],
  define: (command: Command) =>
    command
      .description("join run directories that several machines made with --shard into one")
      .argument("<runs...>", "run directories, each complete")
      .requiredOption("--run <dir>", "the new run directory"),
  act: async ([paths], options) => {
    const settings = options as unknown as Options;
    const terminal = openTerminal(options);
    const merged = await mergeRuns({
      runPaths: paths as readonly string[],
      into: settings.run,
      aggregatorNamed: (name) => openAggregator(name),
    });
    terminal.data(merged.ranking);
    terminal.result(showRanking(merged.ranking));
    terminal.note(`${merged.instances} instances, ${merged.rollouts} rollouts: ${settings.run}`);
    return 0;
  },
};
