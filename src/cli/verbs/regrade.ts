// `bestk regrade`: all verdicts of a run again, from its saved logs; what a better grader makes of the same test runs.

import { openAggregator } from "../../run/aggregators.js";
import { regrade as regradeRun } from "../../run/regrade.js";
import { showRanking } from "../showRanking.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

export const regrade: Verb = {
  name: "regrade",
  examples: [
    ["bestk regrade my-run", "every verdict again from the saved logs, rankings and predictions with it"],
    ["bestk regrade my-run --dry-run", "which rollouts would change, and nothing written"],
  ],
  ignores: ["seed", "jobs", "limit", "only", "skip-bad", "events"],
  define: (command) =>
    command
      .description("compute all verdicts of a run again, from saved logs; needs no container and no model")
      .argument("<run>", "a run directory"),
  act: async ([path], options) => {
    const terminal = openTerminal(options);
    const dryRun = options.dryRun === true;
    const request = { runPath: String(path), aggregatorNamed: openAggregator, dryRun };
    const { ranking, verdicts, changed, withoutRuns } = await regradeRun(request);
    if (ranking === null) terminal.data({ schema: "bestk.regrade-plan/1", verdicts, changed, withoutRuns });
    else {
      terminal.data(ranking);
      terminal.result(showRanking(ranking));
    }
    terminal.note(
      `${verdicts} candidates graded again, ${changed.length} rollouts ${dryRun ? "would change" : "changed"}`,
    );
    for (const name of changed.slice(0, 20)) terminal.note(`changed: ${name}`);
    if (withoutRuns > 0) terminal.warn(`${withoutRuns} rollouts have no saved runs, and stay as they are`);
    return 0;
  },
};
