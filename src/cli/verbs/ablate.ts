// `bestk ablate`: a grid of aggregators and settings on stored evidence, each row tested against the base row.
import { dirname, resolve } from "node:path";
import { parse as parseYaml } from "yaml";
import { BestkError, messageOf } from "../../core/errors.js";
import { readText, writeAtomic } from "../../core/io.js";
import { ablationReport } from "../../report/ablationReport.js";
import { formatOf, renderReport } from "../../report/render.js";
import { openAggregator } from "../../run/aggregators.js";
import { onlyOf } from "../../run/filter.js";
import { openEvidence } from "../../run/openEvidence.js";
import { studyAblation } from "../../study/ablation.js";
import { type Grid, parseGrid } from "../../study/ablationGrid.js";
import { loadRewards } from "../../tables/rewards.js";
import { problemText } from "../../tables/table.js";
import { tellLeftOut } from "../leftOut.js";
import { collect, type GlobalOptions } from "../options.js";
import { tellSeen } from "../seenBy.js";
import { showReport } from "../showReport.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

interface Options extends GlobalOptions {
  readonly output?: string;
  readonly table?: string;
  readonly patches?: readonly string[];
}

export const ablate: Verb = {
  name: "ablate",
  examples: [
    ["bestk ablate my-run grid.yaml -o ablation.md", "each row of the grid against its base, as a table"],
    [
      "bestk ablate table.csv grid.yaml --only django__django-11099,sympy__sympy-13480 --json",
      "some instances alone, as JSON",
    ],
  ],
  ignores: ["jobs", "events"],
  define: (command) =>
    command
      .description("compare aggregators and their settings on labelled evidence, each against a base row")
      .argument("<evidence>", "a run directory, an evidence.jsonl[.gz] or a table that a loader knows, with labels")
      .argument("<grid>", "YAML or JSON: a base, rows that change it, a grid of settings")
      .option("-o, --output <file>", "write the report; html, svg, csv, md, tex or json by its ending")
      .option("--patches <candidates>", "files that hold the patches, where the evidence has none", collect)
      .option("--table <name>", "read the evidence as this table, whatever its content says"),
  act: async ([path, gridPath], options) => {
    const settings = options as unknown as Options;
    const terminal = openTerminal(options);
    const format = settings.output === undefined ? null : formatOf(settings.output);
    const file = String(gridPath);
    const grid = parseGrid(await readGrid(file), file);
    const loaded = await openEvidence(String(path), {
      signal: new AbortController().signal,
      skipBad: settings.skipBad === true,
      ...(settings.table === undefined ? {} : { table: settings.table }),
      ...(settings.patches === undefined ? {} : { patches: settings.patches }),
    });
    for (const problem of loaded.problems) terminal[problem.kind === "error" ? "warn" : "note"](problemText(problem));
    const evidence = onlyOf(loaded.evidence, settings);
    tellLeftOut(evidence, terminal);
    const named = grid.rows.flatMap((row) => row.settings.aggregator ?? []).filter((name) => name.startsWith("fusion"));
    tellSeen(
      [...new Set(named)].map((name) => openAggregator(name)),
      evidence,
      terminal,
    );
    const rewards = await rewardsOf(grid, file);
    const study = studyAblation({ evidence, labels: loaded.labels }, grid, {
      seed: settings.seed,
      rewards,
      aggregatorNamed: openAggregator,
    });
    const report = ablationReport(study, `Ablation against "${study.base}"`);
    if (settings.output !== undefined && format !== null) {
      if (settings.dryRun !== true) await write(settings.output, renderReport(report, format));
      terminal.note(`${settings.dryRun === true ? "would write" : "wrote"} ${settings.output}`);
    }
    terminal.data(study);
    terminal.result(showReport(report));
    return 0;
  },
};

async function readGrid(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return parseYaml(text);
  } catch (thrown) {
    throw new BestkError("configuration", `${file}: neither YAML nor JSON (${messageOf(thrown).split("\n")[0]})`);
  }
}

/** Files are named from where the grid is. */
async function rewardsOf(grid: Grid, file: string): Promise<Record<string, Awaited<ReturnType<typeof loadRewards>>>> {
  const entries = Object.entries(grid.rewards).map(
    async ([name, path]) => [name, await loadRewards(resolve(dirname(file), path))] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeAtomic(path, text);
  } catch (thrown) {
    throw new BestkError("usage", `-o ${path}: can't be written (${messageOf(thrown)})`, { cause: thrown });
  }
}
