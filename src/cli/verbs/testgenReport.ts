// `bestk testgen report`: what the generated tests of stored evidence can tell apart, and how many speak for wrong patches.
import { BestkError } from "../../core/errors.js";
import { onlyOf } from "../../run/filter.js";
import { informativeTests, type RankedTest } from "../../select/testInformation.js";
import { type InstanceCounts, meanShare, TEST_SHARES, type TestCounts, testCounts } from "../../study/testRates.js";
import { loadEvidence } from "../../tables/load.js";
import { problemText } from "../../tables/table.js";
import type { GlobalOptions } from "../options.js";
import { clean, formatTable } from "../table.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

interface Options extends GlobalOptions {
  readonly table?: string;
}

export const testgenReport: Verb = {
  name: "report",
  examples: [
    ["bestk testgen report my-run", "what each generated test tells apart, and what speaks for wrong patches"],
    ["bestk testgen report my-run --only django__django-11099 --json", "one instance, as JSON"],
  ],
  ignores: ["seed", "jobs", "dry-run", "events"],
  define: (command) =>
    command
      .description("count the generated tests that fail on base, that tell candidates apart, and that are toxic")
      .argument("<evidence>", "a run directory, an evidence.jsonl[.gz] or a table that a loader knows")
      .option("--table <name>", "read the evidence as this table, whatever its content says"),
  act: async ([path], options) => {
    const settings = options as unknown as Options;
    const terminal = openTerminal(options);
    const loaded = await loadEvidence(String(path), {
      ...(settings.table === undefined ? {} : { table: settings.table }),
      skipBad: settings.skipBad === true,
    });
    for (const problem of loaded.problems) terminal[problem.kind === "error" ? "warn" : "note"](problemText(problem));
    const evidence = onlyOf(loaded.evidence, settings);
    const instances = testCounts(evidence, loaded.labels).map((counts) => ({
      ...counts,
      telling: informativeTests(evidence.filter(({ instanceId }) => instanceId === counts.instanceId)),
    }));
    if (instances.length === 0) {
      throw new BestkError("input", `${path} has no outcomes of single generated tests`, {
        hint: "runs with generated tests write them into evidence.jsonl",
      });
    }
    const overall = overallOf(instances);
    terminal.data({ schema: "bestk.testgen-report/1", instances, overall });
    const telling = instances.length > FEW ? "" : `${tellingTable(instances)}\n\n`;
    terminal.result(`${instanceTable(instances)}\n\n${overallTable(overall)}\n\n${telling}${NOTES}`);
    return 0;
  },
};

/** Sums and mean shares of a generator, or of all (`source` is then absent). */
interface Overall {
  readonly source?: string | null;
  readonly instances: number;
  readonly tests: number;
  /** Instances with a right and a wrong patch that the published rates are a mean of. */
  readonly judgedInstances: number;
  /** Mean over instances of the share of their tests; null where no instance has one. */
  readonly shares: Readonly<Record<keyof typeof TEST_SHARES, number | null>>;
}

function overallOf(instances: readonly InstanceCounts[]): readonly Overall[] {
  const sources = [...new Set(instances.flatMap((each) => each.sources.map(({ source }) => source)))];
  return [
    ...sources
      .toSorted((a, b) => ((a ?? "") < (b ?? "") ? -1 : 1))
      .map((source) => ({
        source,
        ...sumsOf(instances.flatMap((each) => each.sources.filter((counts) => counts.source === source))),
      })),
    sumsOf(instances),
  ];
}

function sumsOf(counts: readonly TestCounts[]): Overall {
  const names = Object.keys(TEST_SHARES) as (keyof typeof TEST_SHARES)[];
  const shares = names.map((name) => [name, meanShare(counts, TEST_SHARES[name])] as const);
  return {
    instances: counts.length,
    tests: counts.reduce((sum, { tests }) => sum + tests, 0),
    judgedInstances: counts.filter(({ published }) => (published?.judged ?? 0) > 0).length,
    shares: Object.fromEntries(shares) as Overall["shares"],
  };
}

function instanceTable(instances: readonly InstanceCounts[]): string {
  const rows = instances.map(({ instanceId, tests, ranOnBase, failingOnBase, splitting, published, pairs }) => [
    instanceId,
    tests,
    ranOnBase === 0 ? "—" : failingOnBase,
    splitting,
    published === null || published.judged === 0 ? "—" : published.distinguishing,
    published === null || published.judged === 0 ? "—" : published.toxic,
    pairs === null ? "—" : percent(pairs.pairs === 0 ? null : pairs.ordered / pairs.pairs),
    pairs === null ? "—" : percent(pairs.pairs === 0 ? null : pairs.reversed / pairs.pairs),
  ]);
  const header = ["instance", "tests", "fail on base", "split", "distinguish", "toxic", "pairs right", "pairs wrong"];
  return formatTable(header, rows);
}

function overallTable(overall: readonly Overall[]): string {
  const rows = overall.map(({ source, instances, tests, judgedInstances, shares }) => [
    source === undefined ? "all" : (source ?? "unknown generator"),
    instances,
    tests,
    percent(shares.failingOnBase),
    percent(shares.splitting),
    judgedInstances,
    percent(shares.distinguishing),
    percent(shares.toxic),
    percent(shares.pairsOrdered),
    percent(shares.pairsReversed),
  ]);
  const header = ["tests by", "instances", "tests", "fail on base", "split", "judged", "distinguish", "toxic"];
  return formatTable([...header, "pairs right", "pairs wrong"], rows);
}

/** Single tests are shown of no more instances than these: `--only` names them. */
const FEW = 5;

function tellingTable(
  instances: readonly { readonly instanceId: string; readonly telling: readonly RankedTest[] }[],
): string {
  const rows = instances.flatMap(({ instanceId, telling }) =>
    telling.slice(0, 20).map(({ id, bits }) => [instanceId, clean(id, 100), bits.toFixed(2)]),
  );
  return rows.length === 0
    ? "No test tells apart the rollouts that may win."
    : formatTable(["instance", "tests that tell the possible winners apart, most telling first", "bits"], rows);
}

const NOTES = [
  "Shares are means over instances of the share of their tests. split: some rollout passes and some fails, no label read.",
  "distinguish and toxic: R2E-Gym's definitions, over instances with a right and a wrong patch (judged). pairs: of a right",
  "and a wrong patch, those that a test orders rightly and wrongly.",
].join("\n");

function percent(share: number | null): string {
  return share === null ? "—" : `${(100 * share).toFixed(1)} %`;
}
