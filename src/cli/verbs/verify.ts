// `bestk verify`: the execution-based verifier alone; evidence without rewards.

import { join } from "node:path";
import { readLines } from "../../core/io.js";
import { addRunFlags, exitCodeOf, type RunFlags, runFromFlags } from "../runFlags.js";
import { evidenceRows } from "../showEvidence.js";
import { formatTable } from "../table.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

export const verify: Verb = {
  name: "verify",
  examples: [
    [
      "bestk verify trajs/ --instances instances.jsonl --run my-run",
      "regression and generated tests of every distinct patch",
    ],
    [
      "bestk verify preds.jsonl --instances instances.jsonl --generated tests.jsonl --regression related",
      "with tests that `bestk testgen` wrote, and the regression tests near what patches edit",
    ],
  ],
  ignores: ["seed"],
  define: (command) =>
    addRunFlags(command.description("run regression and generated tests on every distinct candidate patch")),
  act: async ([paths], options) => {
    const flags = { ...options, aggregator: "execution-based" } as unknown as RunFlags;
    const terminal = openTerminal(options);
    const result = await runFromFlags({ paths: paths as string[], flags, scored: false, terminal });
    if (result === null) return 0;
    const lines: unknown[] = [];
    for await (const { text } of readLines(join(flags.run, "evidence.jsonl"))) lines.push(JSON.parse(text));
    const { header, rows, sorted } = evidenceRows(lines);
    for (const line of sorted) terminal.data(line);
    terminal.result(formatTable(header, rows));
    terminal.note(`evidence: ${join(flags.run, "evidence.jsonl")}`);
    return exitCodeOf(result, flags, terminal);
  },
};
