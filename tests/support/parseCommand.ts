// Whether a command line is one that the program takes: parsed by the program's own flags, and not run.
import type { Command } from "commander";
import { buildProgram } from "../../src/cli/commands.js";
import { VERBS } from "../../src/cli/program.js";

/** Throws what commander throws: an unknown verb or flag, a missing argument. */
export async function parseCommand(argv: readonly string[]): Promise<void> {
  const { program, words } = await buildProgram(VERBS, argv);
  const leave = (command: Command): void => {
    command.configureOutput({ writeErr: () => {}, writeOut: () => {} });
    if (command.commands.length === 0) command.action(() => {});
    command.commands.forEach(leave);
  };
  leave(program);
  await program.parseAsync(words, { from: "user" });
}
