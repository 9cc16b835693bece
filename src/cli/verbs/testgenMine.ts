// `bestk testgen mine`: the tests and reproduction scripts that the agents of the rollouts wrote themselves.
import { group } from "d3-array";
import { loadTasks } from "../../rollouts/instances.js";
import { loadRolloutsAs } from "../../rollouts/load.js";
import { onlyOf } from "../../run/filter.js";
import { sortLines } from "../../testgen/generator.js";
import { addFigures, MINED_SECONDS, type MineFigures, mergeMined, mineTrajectory } from "../../testgen/mine.js";
import { listenForInterrupt } from "../interrupt.js";
import { addScaffoldOption, collect, type GlobalOptions, wholeNumber } from "../options.js";
import { scaffoldNamed } from "../runFlags.js";
import { tellPassedOver, tellSkipped } from "../skipped.js";
import { formatTable } from "../table.js";
import { openTerminal } from "../terminal.js";
import { writeTests } from "../testFiles.js";
import type { Verb } from "../verb.js";

interface Options extends GlobalOptions {
  readonly instances?: readonly string[];
  readonly output?: string;
  readonly timeout: number;
}

export const testgenMine: Verb = {
  name: "mine",
  examples: [
    ["bestk testgen mine trajs/ -o mined.jsonl", "the tests and scripts that the agents wrote themselves"],
    [
      "bestk testgen mine trajs/ --instances instances.jsonl --timeout 30 --verbose",
      "figures of each of these instances",
    ],
  ],
  ignores: ["seed", "jobs", "events"],
  define: (command) =>
    addScaffoldOption(command)
      .description("take the tests and reproduction scripts that the agents wrote in their trajectories")
      .argument("<rollouts...>", "files, folders or globs of a known format, plain or gzipped")
      .option("--instances <file>", "only the instances of these records (several files, or repeated)", collect)
      .option("-o, --output <file>", "write the tests (JSONL)")
      .option("--timeout <seconds>", "time limit of each test", wholeNumber(1), MINED_SECONDS),
  act: async ([paths], options) => {
    const settings = options as unknown as Options;
    const terminal = openTerminal(options);
    const scaffold = scaffoldNamed(settings.scaffold);
    const tasks = settings.instances === undefined ? null : await loadTasks(settings.instances);
    const interrupt = listenForInterrupt(() => terminal.warn("interrupted"));
    try {
      const loaded = await loadRolloutsAs(
        paths as string[],
        {
          signal: interrupt.drain,
          skipBad: settings.skipBad === true,
          ...(scaffold === undefined ? {} : { scaffold }),
          ...(tasks === null ? {} : { only: new Set(tasks.map(({ instanceId }) => instanceId)) }),
        },
        ({ trajectory }) => ({ mined: mineTrajectory(trajectory) }),
      );
      tellSkipped(terminal, loaded.problems);
      tellPassedOver(terminal, loaded.files);
      const rollouts = onlyOf(loaded.rollouts, settings);
      const mined = [...group(rollouts, ({ instanceId }) => instanceId)].map(([instanceId, some]) => ({
        instanceId,
        ...mergeMined(instanceId, some, settings.timeout),
      }));
      const total = addFigures(mined.map(({ figures }) => figures));
      if (settings.output !== undefined && settings.dryRun !== true) {
        await writeTests(settings.output, sortLines(mined.flatMap(({ tests }) => tests)));
        terminal.note(`tests: ${settings.output}`);
      }
      for (const { instanceId, figures } of mined) {
        terminal.data({ schema: "bestk.mined/1", instanceId, ...figures });
      }
      if (terminal.verbose) {
        terminal.result(
          formatTable(
            HEADER,
            mined.map(({ instanceId, figures }) => row(instanceId, figures)),
          ),
        );
      }
      terminal.result(summary(total, mined.length));
      return 0;
    } finally {
      interrupt.dispose();
    }
  },
};

const HEADER = ["instance", "rollouts", "with tests", "found", "distinct", "kinds"];

function row(instanceId: string, { rollouts, withTests, before, after, kinds }: MineFigures): (string | number)[] {
  return [instanceId, rollouts, withTests, before, after, counts(kinds)];
}

function summary({ rollouts, withTests, before, after, kinds, unusable }: MineFigures, instances: number): string {
  const per = (count: number): string => (instances === 0 ? "0" : (count / instances).toFixed(1));
  return [
    `instances            ${instances}`,
    `rollouts             ${rollouts}, ${withTests} with at least one usable test`,
    `tests found          ${before} (${per(before)} an instance)`,
    `distinct tests       ${after} (${per(after)} an instance)`,
    `kinds                ${counts(kinds)}`,
    `can't be tests       ${counts(unusable)}`,
  ].join("\n");
}

function counts(by: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(by).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return sorted.map(([name, count]) => `${name} ${count}`).join(", ") || "none";
}
