// `bestk fit`: a fusion from labelled evidence, with its card; applied by `-a fusion:DIR`.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { BestkError, messageOf } from "../../core/errors.js";
import { writeAtomic } from "../../core/io.js";
import type { Evidence } from "../../core/schemas.js";
import { fitReport } from "../../report/fitReport.js";
import { renderReport } from "../../report/render.js";
import { FUSION_FILE, readFusion, shippedFusionFolder } from "../../run/aggregators.js";
import { onlyOf } from "../../run/filter.js";
import { openEvidence } from "../../run/openEvidence.js";
import { studyFit } from "../../study/fit/study.js";
import { problemText } from "../../tables/table.js";
import { tellLeftOut } from "../leftOut.js";
import { collect, type GlobalOptions, share, wholeNumber } from "../options.js";
import { showReport } from "../showReport.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

interface Options extends GlobalOptions {
  readonly output: string;
  readonly table?: string;
  readonly patches?: readonly string[];
  readonly prior?: string;
  readonly ridge: number;
  readonly abstain: number;
  readonly splits: number;
}

export const fit: Verb = {
  name: "fit",
  examples: [
    ["bestk fit my-run -o my-fusion", "a fusion from a run whose rollouts have labels, with its card"],
    [
      "bestk fit tests.jsonl --patches candidates.jsonl -o my-fusion --json",
      "signals from a table, patches from another file; the account as JSON",
    ],
  ],
  ignores: ["jobs", "events"],
  define: (command) =>
    command
      .description("fit a fusion of all signals to labelled evidence, and say what it is worth; no container, no model")
      .argument("<evidence...>", "run directories, evidence.jsonl[.gz] or tables that a loader knows, with labels")
      .requiredOption("-o, --output <dir>", "folder for fusion.json and its card, README.md")
      .option("--patches <candidates>", "files that hold the patches, where the evidence has none", collect)
      .option("--table <name>", "read the evidence as this table, whatever its content says")
      .option(
        "--prior <dir>",
        "pull the weights towards those of this fusion; none: towards 0 (default: the one that ships)",
      )
      .option("--ridge <n>", "how hard: the ridge on the weight of a signal of spread 1", wholeNumber(1), 30)
      .option("--abstain <p>", "the fusion abstains below this probability of being right", share, 0.5)
      .option("--splits <n>", "splits of the agents to leave half of them out; 0 for none", wholeNumber(0), 20),
  act: async ([paths], options) => {
    const settings = options as unknown as Options;
    const terminal = openTerminal(options);
    const { prior: folder = shippedFusionFolder() } = settings;
    const prior = folder === "none" ? null : readFusion(folder).all.score;
    const loaded = await openAll(paths as readonly string[], settings, (text, isError) =>
      terminal[isError ? "warn" : "note"](text),
    );
    tellLeftOut(loaded.evidence, terminal);
    const { fusion, study } = studyFit(loaded, {
      name: "fusion",
      seed: settings.seed,
      ridge: settings.ridge,
      abstainBelow: settings.abstain,
      prior,
      splits: settings.splits,
      onStep: (step) => terminal.note(step),
    });
    const report = fitReport(study);
    if (settings.dryRun !== true) {
      await write(settings.output, FUSION_FILE, `${JSON.stringify(fusion, null, 1)}\n`);
      await write(settings.output, "README.md", renderReport(report, "md"));
    }
    terminal.data(study);
    terminal.result(showReport(report));
    const way = `-a fusion:${settings.output}`;
    terminal.note(settings.dryRun === true ? `would write ${settings.output}` : `wrote ${settings.output}: use ${way}`);
    return 0;
  },
};

/** Several pieces of evidence as one. Two may hold other rollouts of one instance, and none the same. */
async function openAll(
  paths: readonly string[],
  settings: Options,
  tell: (text: string, isError: boolean) => void,
): Promise<{ readonly evidence: readonly Evidence[]; readonly labels: Map<string, Map<string, boolean | null>> }> {
  const evidence: Evidence[] = [];
  const labels = new Map<string, Map<string, boolean | null>>();
  for (const path of paths) {
    const loaded = await openEvidence(path, {
      ...(settings.table === undefined ? {} : { table: settings.table }),
      ...(settings.patches === undefined ? {} : { patches: settings.patches }),
      skipBad: settings.skipBad === true,
      signal: new AbortController().signal,
    });
    for (const problem of loaded.problems) tell(problemText(problem), problem.kind === "error");
    for (const line of onlyOf(loaded.evidence, settings)) evidence.push(line);
    for (const [instanceId, own] of loaded.labels) {
      const known = labels.get(instanceId) ?? new Map<string, boolean | null>();
      for (const [rolloutId, label] of own) known.set(rolloutId, label);
      labels.set(instanceId, known);
    }
  }
  return { evidence, labels };
}

async function write(folder: string, name: string, text: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await writeAtomic(join(folder, name), text);
  } catch (thrown) {
    throw new BestkError("usage", `-o ${folder}: can't be written (${messageOf(thrown)})`, { cause: thrown });
  }
}
