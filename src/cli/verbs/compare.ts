// `bestk compare`: two pieces of evidence, or two aggregators on one, on the same instances: who wins, and is it chance.

import { openAggregator } from "../../run/aggregators.js";
import { onlyOf } from "../../run/filter.js";
import { openEvidence } from "../../run/openEvidence.js";
import type { Aggregator } from "../../select/aggregator.js";
import { BOOTSTRAP_DRAWS, repositoryOf } from "../../study/bootstrap.js";
import { type Comparison, compareSides, type Side } from "../../study/compare.js";
import { pWords } from "../../study/verdict.js";
import { problemText } from "../../tables/table.js";
import { tellLeftOut } from "../leftOut.js";
import { collect, type GlobalOptions } from "../options.js";
import { tellSeen } from "../seenBy.js";
import { formatTable } from "../table.js";
import { openTerminal, type Terminal } from "../terminal.js";
import type { Verb } from "../verb.js";

interface Options extends GlobalOptions {
  readonly aggregator: string;
  readonly with?: string;
  readonly byRepository?: boolean;
  readonly table?: string;
  readonly patches?: readonly string[];
}

export const compare: Verb = {
  name: "compare",
  examples: [
    ["bestk compare run-a run-b", "who wins, on the instances that both have, and whether it is chance"],
    [
      "bestk compare my-run my-run -a hybrid --with majority --by-repository",
      "two aggregators on one run; the interval draws whole repositories",
    ],
  ],
  ignores: ["jobs", "dry-run", "events"],
  define: (command) =>
    command
      .description("compare what is selected from two pieces of evidence, on the instances that both have")
      .argument("<first>", "a run directory, an evidence.jsonl[.gz] or a table that a loader knows")
      .argument("<second>", "the same; may be the first one again, with --with")
      .option("-a, --aggregator <name>", "how to combine the signals", "hybrid")
      .option("--with <name>", "another aggregator for the second")
      .option("--by-repository", "the interval draws whole repositories, not single instances")
      .option("--patches <candidates>", "files that hold the patches, where the evidence has none", collect)
      .option("--table <name>", "read both as this table, whatever their content says"),
  act: async ([first, second], options) => {
    const settings = options as unknown as Options;
    const terminal = openTerminal(options);
    const aggregators = [settings.aggregator, settings.with ?? settings.aggregator].map((name) => openAggregator(name));
    const sides = [
      await sideOf(String(first), aggregators[0] as Aggregator, settings, terminal),
      await sideOf(String(second), aggregators[1] as Aggregator, settings, terminal),
    ] as const;
    const comparison = compareSides(...sides, {
      seed: settings.seed,
      draws: BOOTSTRAP_DRAWS,
      ...(settings.byRepository === true ? { clusterOf: repositoryOf } : {}),
    });
    terminal.data({ schema: "bestk.compare/1", ...comparison });
    terminal.result(show(comparison));
    return 0;
  },
};

async function sideOf(path: string, aggregator: Aggregator, settings: Options, terminal: Terminal): Promise<Side> {
  const { evidence, labels, problems } = await openEvidence(path, {
    ...(settings.table === undefined ? {} : { table: settings.table }),
    ...(settings.patches === undefined ? {} : { patches: settings.patches }),
    skipBad: settings.skipBad === true,
    signal: new AbortController().signal,
  });
  for (const problem of problems) terminal[problem.kind === "error" ? "warn" : "note"](problemText(problem));
  const kept = onlyOf(evidence, settings);
  tellSeen([aggregator], kept, terminal);
  tellLeftOut(kept, terminal);
  return { evidence: kept, labels, aggregator };
}

function show(comparison: Comparison): string {
  const { instances, first, second, wins, ties, losses, onlyFirst, onlySecond, mcnemar, onlyOneSide, words } =
    comparison;
  const table = formatTable(
    ["", "aggregator", "expected", "selected"],
    [
      ["first", first.aggregator, first.expected.toFixed(2), first.selected],
      ["second", second.aggregator, second.expected.toFixed(2), second.selected],
    ],
  );
  return [
    table,
    "",
    `On ${instances} instances the second wins ${wins}, ties ${ties} and loses ${losses}: ${words}.`,
    `Of the submitted rollouts ${onlyFirst} are right in the first alone and ${onlySecond} in the second alone (exact McNemar, ${pWords(mcnemar)}).`,
    ...(onlyOneSide > 0 ? [`${onlyOneSide} labelled instances are in one of the two alone and were left out.`] : []),
  ].join("\n");
}
