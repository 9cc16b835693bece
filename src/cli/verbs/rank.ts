// `bestk rank`: a ranking from stored evidence, in milliseconds; predictions out.
import { BestkError } from "../../core/errors.js";
import { openAggregator } from "../../run/aggregators.js";
import { onlyOf } from "../../run/filter.js";
import { openEvidence } from "../../run/openEvidence.js";
import { predictionsText, rankEvidence } from "../../run/ranking.js";
import { storedPatches } from "../../tables/candidates.js";
import { problemText } from "../../tables/table.js";
import { collect, share } from "../options.js";
import { patchesFrom, patchesOfTable, writePredictions } from "../patches.js";
import { tellSeen } from "../seenBy.js";
import { showRanking } from "../showRanking.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

interface Options {
  readonly aggregator: string;
  readonly abstain?: number;
  readonly output?: string;
  readonly table?: string;
  readonly patches?: readonly string[];
  readonly rawPatch?: boolean;
  readonly skipBad?: boolean;
  readonly dryRun?: boolean;
  readonly only?: readonly string[];
  readonly limit?: number;
}

export const rank: Verb = {
  name: "rank",
  examples: [
    ["bestk rank my-run -a hybrid -o preds.jsonl", "predictions of the patches that the hybrid selects"],
    [
      "bestk rank evidence.jsonl.gz --patches preds/*.jsonl -a majority --json",
      "stored evidence with patches from elsewhere; the ranking as JSON",
    ],
  ],
  ignores: ["seed", "jobs", "events"],
  define: (command) =>
    command
      .description("rank stored evidence and write SWE-bench predictions; needs no container and no model")
      .argument("<evidence>", "a run directory, an evidence.jsonl[.gz] or a table that a loader knows")
      .option("-a, --aggregator <name>", "how to combine the signals", "hybrid")
      .option("--abstain <p>", "a fusion says that it guesses below this probability (default: its own)", share)
      .option("-o, --output <file>", "write predictions (JSONL) of the selected patches")
      .option("--patches <candidates>", "files that hold the patches, where the evidence has none", collect)
      .option("--raw-patch", "predictions hold the original patch, not the normalised one")
      .option("--table <name>", "read the evidence as this table, whatever its content says"),
  act: async ([path], options) => {
    const settings = options as unknown as Options;
    const terminal = openTerminal(options);
    const { abstain } = settings;
    const aggregator = openAggregator(settings.aggregator, abstain === undefined ? {} : { abstainBelow: abstain });
    const loaded = await openEvidence(String(path), {
      ...(settings.table === undefined ? {} : { table: settings.table }),
      ...(settings.patches === undefined ? {} : { patches: settings.patches }),
      skipBad: settings.skipBad === true,
      signal: new AbortController().signal,
    });
    for (const problem of loaded.problems) terminal[problem.kind === "error" ? "warn" : "note"](problemText(problem));
    const evidence = onlyOf(loaded.evidence, settings);
    tellSeen([aggregator], evidence, terminal);
    const document = rankEvidence({ ...loaded, evidence }, aggregator);
    if (settings.output !== undefined) {
      const raw = settings.rawPatch === true;
      const patchOf =
        settings.patches === undefined
          ? ((await storedPatches(String(path), { raw })) ?? patchesOfTable(loaded.patches, raw))
          : await patchesFrom(settings.patches, { raw, skipBad: settings.skipBad === true });
      if (patchOf === null) {
        throw new BestkError(
          "usage",
          `-o ${settings.output}: ${path} holds no patches, so there is nothing to predict with`,
          {
            hint: "name the files that hold them with --patches",
          },
        );
      }
      const predictions = predictionsText(document.instances, patchOf, `bestk-${aggregator.name}`);
      if (settings.dryRun !== true) await writePredictions(settings.output, predictions);
      terminal.note(`${settings.dryRun === true ? "would write predictions" : "predictions"}: ${settings.output}`);
    }
    terminal.data(document);
    terminal.result(showRanking(document));
    return 0;
  },
};
