// `bestk report`: runs as one HTML file that opens from disk, without a network.
import type { ReportLine } from "../../core/schemas/page.js";
import { openAggregator } from "../../run/aggregators.js";
import { pageAssets } from "../../run/pageAssets.js";
import { writeReport } from "../../run/pageFile.js";
import { listenForInterrupt } from "../interrupt.js";
import { collect, type GlobalOptions } from "../options.js";
import { leftOutWords, sizeWords } from "../showPage.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";
import { bestkVersion } from "../version.js";

interface Options extends GlobalOptions {
  readonly output?: string;
  readonly aggregator: string;
  readonly table?: string;
  readonly patches?: readonly string[];
}

export const report: Verb = {
  name: "report",
  examples: [
    ["bestk report my-run", "writes my-run/report.html"],
    ["bestk report run-a run-b -o both.html", "two runs in one file, compared on the instances that both have"],
    ["bestk report table.jsonl.gz --patches candidates.jsonl.gz -o page.html", "evidence without a run directory"],
  ],
  ignores: ["seed", "jobs", "limit", "only", "events", "dry-run"],
  define: (command) =>
    command
      .description(
        "write runs as one HTML file that opens without a network; logs and trajectories are in it up to 25 MB, the rest is for `bestk view`",
      )
      .argument("<runs...>", "run directories; also evidence or tables, which need -o")
      .option("-o, --output <file>", "where to write (default: report.html in the first run directory)")
      .option("-a, --aggregator <name>", "which one decides, for evidence without a run directory", "hybrid")
      .option("--patches <candidates>", "files that hold the patches, where the evidence has none", collect)
      .option("--table <name>", "read the evidence as this table, whatever its content says"),
  act: async ([paths], options) => {
    const settings = options as unknown as Options;
    const terminal = openTerminal(options);
    const { output, table, patches } = settings;
    const interrupt = listenForInterrupt(() => terminal.warn("interrupted: nothing is written"));
    try {
      const request = {
        paths: paths as string[],
        ...(output === undefined ? {} : { output }),
        evidence: {
          aggregator: openAggregator(settings.aggregator).name,
          skipBad: settings.skipBad === true,
          signal: interrupt.drain,
          ...(table === undefined ? {} : { table }),
          ...(patches === undefined ? {} : { patches }),
        },
        assets: await pageAssets(),
        bestk: bestkVersion(),
        signal: interrupt.drain,
      };
      const written = await writeReport(request);
      terminal.data({ schema: "bestk.report/1", ...written } satisfies ReportLine);
      terminal.result(`${written.file}: ${sizeWords(written.bytes)}, ${written.parts} parts${leftOutWords(written)}`);
      return 0;
    } finally {
      interrupt.dispose();
    }
  },
};
