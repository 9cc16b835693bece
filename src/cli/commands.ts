// Makes the command line out of the table of verbs: only the verb that is called is loaded, so that help is fast.
import { Command } from "commander";
import { applyConfigFile } from "./configFile.js";
import { spreadInstances } from "./instanceFlag.js";
import { addGlobalOptions, GLOBAL_FLAGS } from "./options.js";
import { openTerminal } from "./terminal.js";
import type { Example, LazyVerb, Verb, VerbTable } from "./verb.js";
import { bestkVersion } from "./version.js";

export interface BuiltProgram {
  readonly program: Command;
  /** The words to parse: those given, with `--instances` spread. */
  readonly words: readonly string[];
  /** Of the verb that ran. */
  readonly exitCode: () => number;
}

/** Loads the verb that the words name; all of them without words (`null`), for completions and tests. */
export async function buildProgram(verbs: VerbTable, argv: readonly string[] | null): Promise<BuiltProgram> {
  let exitCode = 0;
  const done = (code: number): void => {
    exitCode = code;
  };
  const program = strict(new Command("bestk"))
    .description("Verify and rerank the rollouts of software-engineering agents.")
    .version(bestkVersion(), "--version", "print the version")
    .configureOutput({ outputError: (text, write) => write(text) });
  const words = (argv ?? []).filter((word) => !word.startsWith("-") && word !== "help");
  for (const [name, entry] of Object.entries(verbs)) {
    const isCalled = argv === null || words[0] === name;
    if (isLazy(entry)) await addVerb(program, name, entry, isCalled, done);
    else {
      const group = strict(program.command(name).description(entry.summary));
      for (const [inner, verb] of Object.entries(entry.verbs)) {
        await addVerb(group, inner, verb, isCalled && (argv === null || words[1] === inner), done);
      }
    }
  }
  return { program, words: spreadOf(argv ?? [], program), exitCode: () => exitCode };
}

async function addVerb(
  parent: Command,
  name: string,
  [summary, load]: LazyVerb,
  isCalled: boolean,
  done: (code: number) => void,
): Promise<void> {
  const command = strict(parent.command(name).summary(summary));
  if (!isCalled) return;
  const verb = await load();
  addGlobalOptions(verb.define(command), verb.ignores ?? []).allowExcessArguments(false);
  command.addHelpText("after", examplesText(verb.examples));
  command.action(async (...args: unknown[]) => {
    tellIgnored(command, verb);
    await applyConfigFile(command);
    done(await verb.act(args.slice(0, -2), command.opts()));
  });
}

function strict(command: Command): Command {
  return command.showSuggestionAfterError().exitOverride();
}

function isLazy(entry: VerbTable[string]): entry is LazyVerb {
  return Array.isArray(entry);
}

function examplesText(examples: readonly Example[]): string {
  const lines = examples.map(([command, what]) => `  ${command}\n      ${what}`);
  return `\nExamples:\n${lines.join("\n")}`;
}

/** A flag that does nothing is said: who gave it expects something of it. */
function tellIgnored(command: Command, { ignores = [], name }: Verb): void {
  const given = ignores.filter((flag) => command.getOptionValueSource(GLOBAL_FLAGS[flag]) === "cli");
  if (given.length === 0) return;
  const flags = given.map((flag) => `--${flag}`).join(", ");
  openTerminal(command.opts()).note(`${flags}: changes nothing in \`bestk ${name}\``);
}

/** The words after a verb, with `--instances` spread; a group's verb is the word after the group. */
function spreadOf(argv: readonly string[], parent: Command): readonly string[] {
  const verb = parent.commands.find((command) => command.name() === argv[0]);
  if (verb === undefined) return argv;
  const rest = argv.slice(1);
  return [verb.name(), ...(verb.commands.length > 0 ? spreadOf(rest, verb) : spreadInstances(rest, verb))];
}
