// `bestk run`: verify, score and rank into a run directory; the patch to submit for every issue, and why.

import { Option } from "commander";
import { share } from "../options.js";
import { writePredictions } from "../patches.js";
import { addRunFlags, exitCodeOf, type RunFlags, runFromFlags } from "../runFlags.js";
import { showRanking } from "../showRanking.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

export const run: Verb = {
  name: "run",
  examples: [
    [
      "bestk run trajs/ --instances instances.jsonl --run my-run",
      "verify, score and rank; the same command again goes on where it was stopped",
    ],
    [
      "bestk run preds/*.jsonl --instances instances.jsonl -j 8 --memory 8g -a agentless -o preds.jsonl",
      "eight containers of 8 GiB at a time, and the chosen patches as predictions",
    ],
    [
      "bestk run trajs/ --instances instances.jsonl --run my-run --eager",
      "all evidence, for studies: without it, what can't change the choice isn't run",
    ],
    [
      "bestk run trajs/ --instances instances.jsonl --run my-run --dry-run",
      "the plan alone: what would run, what is cached, images, estimated time",
    ],
  ],
  ignores: ["seed"],
  define: (command) =>
    addRunFlags(command.description("verify, score and rank rollouts into a run directory"))
      .option("--model <dir>", "folder of the reward model (default: the shipped one)")
      .option("-a, --aggregator <name>", "how to combine the signals", "hybrid")
      .option("--eager", "run every test of every candidate, also those that can't change the choice", false)
      .addOption(
        new Option("--risk <p>", "also leave out tests that would change a choice with a probability below this")
          .argParser(share)
          .default(0)
          .conflicts("eager"),
      )
      .option("-o, --output <file>", "also write the predictions here")
      .option("--raw-patch", "predictions hold the original patch, not the normalised one"),
  act: async ([paths], options) => {
    const flags = options as unknown as RunFlags & { readonly output?: string };
    const terminal = openTerminal(options);
    const result = await runFromFlags({ paths: paths as string[], flags, scored: true, terminal });
    if (result === null || result.ranking === null) return 0;
    if (flags.output !== undefined) await writePredictions(flags.output, result.predictions ?? "");
    terminal.data(result.ranking);
    terminal.result(showRanking(result.ranking));
    if (result.leftOut > 0) {
      const what = result.leftOut === 1 ? "1 candidate was" : `${result.leftOut} candidates were`;
      const rest = "other aggregators' rankings rest on what was run; --eager runs the rest";
      const why =
        (flags.risk ?? 0) === 0
          ? `could not change the choice of ${flags.aggregator}`
          : `would hardly change the choice of ${flags.aggregator} (--risk ${flags.risk})`;
      terminal.note(`${what} not run, or in part, for they ${why}: ${rest}`);
    }
    terminal.note(`predictions: ${flags.output ?? result.predictionsPath}; everything else is in ${flags.run}`);
    return exitCodeOf(result, flags, terminal);
  },
};
