// `bestk demo`: the shipped suite end to end, on Node and git alone.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exitCodeOf, type RunFlags, runFromFlags } from "../runFlags.js";
import { showDemo } from "../showDemo.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

const SUITE = fileURLToPath(new URL("../../../benchmarks/demo/", import.meta.url));

/** Its tests take about this long: a forecast for suites of middling size would say a quarter of an hour. */
const SUITE_SECONDS = 1;

export const demo: Verb = {
  name: "demo",
  examples: [
    ["bestk demo", "eight rollouts of each instance, verified, scored and ranked, in a temporary folder"],
    [
      "bestk demo --run demo-run --limit 2 --json",
      "two instances; the ranking as JSON, everything else kept in demo-run",
    ],
  ],
  ignores: ["seed"],
  define: (command) =>
    command
      .description("run the shipped suite end to end, in under a minute; needs no container engine")
      .option("--run <dir>", "keep the run directory here (default: a new temporary folder)")
      .option("-a, --aggregator <name>", "how to combine the signals", "hybrid"),
  act: async (_, options) => {
    const given = options as unknown as RunFlags;
    const terminal = openTerminal(options);
    const run = given.run ?? (await mkdtemp(join(tmpdir(), "bestk-demo-")));
    const flags: RunFlags = {
      ...given,
      run,
      instances: [join(SUITE, "instances.jsonl")],
      sandbox: "process",
      maxUnavailable: 1,
    };
    const more = given.run === undefined ? ["--run", run] : [];
    const paths = [join(SUITE, "rollouts")];
    const result = await runFromFlags({ paths, flags, scored: true, terminal, more, assumedSeconds: SUITE_SECONDS });
    if (result === null || result.ranking === null) return 0;
    terminal.data(result.ranking);
    terminal.result(await showDemo(result.ranking, run));
    terminal.note(`evidence, logs, rankings and predictions: ${run}`);
    return exitCodeOf(result, flags, terminal);
  },
};
