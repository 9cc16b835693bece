// Puts the verbs together and turns every end into the documented exit code.
import { Command, CommanderError } from "commander";
import { BestkError, messageOf } from "../core/errors.js";
import { applyConfigFile } from "./configFile.js";
import { spreadInstances } from "./instanceFlag.js";
import { addGlobalOptions } from "./options.js";
import { fromSystem } from "./systemErrors.js";
import { cleanLines } from "./table.js";
import { colors, tolerateClosedPipe } from "./terminal.js";
import type { Verb } from "./verb.js";
import { demo } from "./verbs/demo.js";
import { doctor } from "./verbs/doctor.js";
import { grade } from "./verbs/grade.js";
import { inspect } from "./verbs/inspect.js";
import { rank } from "./verbs/rank.js";
import { regrade } from "./verbs/regrade.js";
import { render } from "./verbs/render.js";
import { run } from "./verbs/run.js";
import { score } from "./verbs/score.js";
import { verify } from "./verbs/verify.js";
import { bestkVersion } from "./version.js";

const VERBS: readonly Verb[] = [demo, inspect, run, verify, score, rank, regrade, render, grade, doctor];

/** Runs one command line; returns the exit code (cli: 0 done, 1 bug, 2 input, 3 prerequisite, 4 evidence, 130 interrupted). */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  tolerateClosedPipe();
  let exitCode = 0;
  const program = buildProgram((code) => {
    exitCode = code;
  });
  try {
    const verb = program.commands.find((command) => command.name() === argv[0]);
    const spread = verb === undefined ? argv : [verb.name(), ...spreadInstances(argv.slice(1), verb)];
    await program.parseAsync(spread, { from: "user" });
    return exitCode;
  } catch (thrown) {
    return report(fromSystem(thrown));
  }
}

function buildProgram(done: (code: number) => void): Command {
  const program = new Command("bestk")
    .description("Verify and rerank the rollouts of software-engineering agents.")
    .version(bestkVersion(), "--version", "print the version")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) });
  for (const verb of VERBS) {
    const command = addGlobalOptions(verb.define(program.command(verb.name)))
      .showSuggestionAfterError()
      .exitOverride()
      .allowExcessArguments(false);
    command.action(async (...args: unknown[]) => {
      await applyConfigFile(command);
      done(await verb.act(args.slice(0, -2), command.opts()));
    });
  }
  return program;
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
