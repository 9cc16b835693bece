// The verbs there are, and how every end of one becomes the documented exit code.
import { CommanderError } from "commander";
import { BestkError, messageOf } from "../core/errors.js";
import { buildProgram } from "./commands.js";
import { fromSystem } from "./systemErrors.js";
import { cleanLines } from "./table.js";
import { colors, tolerateClosedPipe } from "./terminal.js";
import type { VerbTable } from "./verb.js";
import { testgen } from "./verbs/testgen.js";

/** A verb is its line in `bestk --help`, and the file that is loaded when it is called. */
export const VERBS: VerbTable = {
  demo: ["run the shipped suite end to end, in under a minute", async () => (await import("./verbs/demo.js")).demo],
  inspect: ["what was understood of rollout files", async () => (await import("./verbs/inspect.js")).inspect],
  run: ["verify, score and rank into a run directory", async () => (await import("./verbs/run.js")).run],
  verify: ["execution evidence alone", async () => (await import("./verbs/verify.js")).verify],
  score: ["rewards alone", async () => (await import("./verbs/score.js")).score],
  rank: ["rank evidence, write predictions", async () => (await import("./verbs/rank.js")).rank],
  curve: ["best@k of aggregators", async () => (await import("./verbs/curve.js")).curve],
  fit: ["a fusion of all signals, from labelled evidence", async () => (await import("./verbs/fit.js")).fit],
  compare: ["two pieces of evidence, side by side", async () => (await import("./verbs/compare.js")).compare],
  ablate: ["a grid of aggregators and settings", async () => (await import("./verbs/ablate.js")).ablate],
  plan: ["what to spend on rollouts, tests and rewards", async () => (await import("./verbs/plan.js")).plan],
  report: ["a run as one HTML file", async () => (await import("./verbs/report.js")).report],
  view: ["a run in the browser, while it goes on too", async () => (await import("./verbs/view.js")).view],
  merge: ["run directories of several machines as one", async () => (await import("./verbs/merge.js")).merge],
  regrade: ["all verdicts again, from saved logs", async () => (await import("./verbs/regrade.js")).regrade],
  render: ["exactly what the reward model reads", async () => (await import("./verbs/render.js")).render],
  grade: ["ground truth of rollouts or of saved logs", async () => (await import("./verbs/grade.js")).grade],
  testgen,
  replay: ["the same selection, from the run card", async () => (await import("./verbs/replay.js")).replay],
  schema: ["JSON Schemas of files and results", async () => (await import("./verbs/schema.js")).schema],
  init: ["a commented bestk.config.yaml for this folder", async () => (await import("./verbs/init.js")).init],
  completion: [
    "completions for bash, zsh or fish",
    async () => (await import("./verbs/completion.js")).completionOf(VERBS),
  ],
  doctor: ["what this machine has and lacks", async () => (await import("./verbs/doctor.js")).doctor],
};

/** Runs one command line; returns the exit code (cli: 0 done, 1 bug, 2 input, 3 prerequisite, 4 evidence, 130 interrupted). */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  tolerateClosedPipe();
  try {
    const { program, words, exitCode } = await buildProgram(VERBS, argv);
    await program.parseAsync(words, { from: "user" });
    return exitCode();
  } catch (thrown) {
    return report(fromSystem(thrown));
  }
}

function report(thrown: unknown): number {
  if (thrown instanceof CommanderError) {
    // Commander has already printed the message and its suggestion; help and version are no errors.
    return thrown.exitCode === 0 ? 0 : 2;
  }
  if (thrown instanceof BestkError && thrown.code !== "bug") {
    process.stderr.write(`${colors.red("error:")} ${cleanLines(thrown.message)}\n`);
    if (thrown.hint !== null) process.stderr.write(`${colors.dim("hint:")} ${cleanLines(thrown.hint)}\n`);
    return thrown.exitCode;
  }
  process.stderr.write(`${colors.red("bug:")} ${messageOf(thrown)}\n`);
  if (thrown instanceof Error && thrown.stack !== undefined) process.stderr.write(`${thrown.stack}\n`);
  process.stderr.write("This is a bug in bestk: please report it with the command and the lines above.\n");
  return 1;
}
