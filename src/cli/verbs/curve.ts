// `bestk curve`: best@k of aggregators on labelled evidence, exact where it can be, as a table, a figure or a document.
import { writeAtomic } from "../../core/io.js";
import { curveDrawings } from "../../report/curveDrawings.js";
import { curveReport } from "../../report/curveReport.js";
import { gapTable } from "../../report/gapTable.js";
import { formatOf, renderReport } from "../../report/render.js";
import { onlyOf } from "../../run/filter.js";
import { openEvidence } from "../../run/openEvidence.js";
import { repositoryOf } from "../../study/bootstrap.js";
import type { UnevenRule } from "../../study/curve.js";
import { studyCurves } from "../../study/curves.js";
import { gapAccount } from "../../study/gap.js";
import { labelledPools } from "../../study/pools.js";
import { problemText } from "../../tables/table.js";
import { curveAggregators, kList, nameList, unevenRule } from "../aggregatorList.js";
import { tellLeftOut } from "../leftOut.js";
import type { GlobalOptions } from "../options.js";
import { collect } from "../options.js";
import { tellSeen } from "../seenBy.js";
import { showReport } from "../showReport.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

interface Options extends GlobalOptions {
  readonly aggregator?: readonly string[];
  readonly k?: readonly number[];
  readonly output?: readonly string[];
  readonly uneven: UnevenRule;
  readonly byRepository?: boolean;
  readonly table?: string;
  readonly patches?: readonly string[];
}

/** R2E-Gym's three: what a reader of its figure looks for. */
const DEFAULT_AGGREGATORS: readonly string[] = ["execution-based", "execution-free", "hybrid"];

export const curve: Verb = {
  name: "curve",
  examples: [
    ["bestk curve my-run -a hybrid,execution-free,oracle -o curve.svg", "best@k of three aggregators as a figure"],
    [
      "bestk curve table.csv -k 1-8,16 --uneven common -o curve.html -o curve.csv",
      "a published table, at some k, as a page and as figures",
    ],
  ],
  ignores: ["jobs", "events"],
  define: (command) =>
    command
      .description("draw best@k of aggregators on labelled evidence; needs no container and no model")
      .argument("<evidence>", "a run directory, an evidence.jsonl[.gz] or a table that a loader knows")
      .option("-a, --aggregator <names>", `comma-separated (default: ${DEFAULT_AGGREGATORS.join(",")})`, nameList)
      .option("-k <range>", "numbers of rollouts, such as 1-26 or 1,2,4-8 (default: 1 to the most there are)", kList)
      .option("-o, --output <file>", "write html, svg, csv, md, tex or json, by its ending (may be repeated)", collect)
      .option(
        "--uneven <rule>",
        "instances with fewer than k rollouts: drop them at that k, common (only those with the largest k), or error",
        unevenRule,
        "drop",
      )
      .option("--by-repository", "intervals draw whole repositories, not single instances")
      .option("--patches <candidates>", "files that hold the patches, where the evidence has none", collect)
      .option("--table <name>", "read the evidence as this table, whatever its content says"),
  act: async ([path], options) => {
    const settings = options as unknown as Options;
    const terminal = openTerminal(options);
    const aggregators = curveAggregators(settings.aggregator ?? DEFAULT_AGGREGATORS);
    const outputs = (settings.output ?? []).map((file) => ({ file, format: formatOf(file) }));
    const loaded = await openEvidence(String(path), {
      ...(settings.table === undefined ? {} : { table: settings.table }),
      ...(settings.patches === undefined ? {} : { patches: settings.patches }),
      skipBad: settings.skipBad === true,
      signal: new AbortController().signal,
    });
    for (const problem of loaded.problems) terminal[problem.kind === "error" ? "warn" : "note"](problemText(problem));
    const evidence = onlyOf(loaded.evidence, settings);
    tellLeftOut(evidence, terminal);
    tellSeen(
      aggregators.filter((one) => one !== "oracle"),
      evidence,
      terminal,
    );
    const study = studyCurves({ evidence, labels: loaded.labels }, aggregators, {
      ks: settings.k ?? null,
      uneven: settings.uneven,
      seed: settings.seed,
      ...(settings.byRepository === true ? { clusterOf: repositoryOf } : {}),
    });
    const { pools } = labelledPools(evidence, loaded.labels);
    const accounts = aggregators.flatMap((one) => (one === "oracle" ? [] : [gapAccount(pools, one)]));
    const isPage = outputs.some(({ format }) => format === "html");
    const report = curveReport(study, {
      title: "best@k",
      tables: accounts.length === 0 ? [] : [gapTable(accounts)],
      drawings: isPage ? curveDrawings({ evidence, labels: loaded.labels }, aggregators) : [],
    });
    for (const { file, format } of outputs) {
      if (settings.dryRun !== true) await writeAtomic(file, renderReport(report, format));
      terminal.note(`${settings.dryRun === true ? "would write" : "written"}: ${file}`);
    }
    terminal.data(report.document);
    terminal.result(showReport(report));
    return 0;
  },
};
