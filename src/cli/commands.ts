// Makes the command line out of the table of verbs: only the verb that is called is loaded, so that help is fast.
import { Command } from "commander";
import { spreadInstances } from "./instanceFlag.js";
import { addGlobalOptions, GLOBAL_FLAGS } from "./options.js";
import { applySettings, type Settings, type SettingsWorld } from "./settings.js";
import { showConfig } from "./showConfig.js";
import { colors, openTerminal, type Terminal } from "./terminal.js";
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
  const program = strict(new Command("bestk"), "lists the verbs")
    .description("Verify and rerank the rollouts of software-engineering agents.")
    .version(bestkVersion(), "--version", "print the version")
    .configureOutput({ outputError: (text, write) => write(text) });
  const known = async () => namesOf((await buildProgram(verbs, null)).program);
  const words = (argv ?? []).filter((word) => !word.startsWith("-") && word !== "help");
  for (const [name, entry] of Object.entries(verbs)) {
    const isCalled = argv === null || words[0] === name;
    if (isLazy(entry)) await addVerb(program, name, entry, isCalled, { done, known });
    else {
      const group = strict(program.command(name).description(entry.summary), "lists its verbs");
      for (const [inner, verb] of Object.entries(entry.verbs)) {
        await addVerb(group, inner, verb, isCalled && (argv === null || words[1] === inner), { done, known });
      }
    }
  }
  return { program, words: spreadOf(argv ?? [], program), exitCode: () => exitCode };
}

interface Surroundings {
  readonly done: (code: number) => void;
  /** Names of all flags and verbs. */
  readonly known: SettingsWorld["known"];
}

async function addVerb(
  parent: Command,
  name: string,
  [summary, load]: LazyVerb,
  isCalled: boolean,
  { done, known }: Surroundings,
): Promise<void> {
  const command = strict(parent.command(name).summary(summary), "has arguments, flags and examples");
  if (!isCalled) return;
  const verb = await load();
  addGlobalOptions(verb.define(command), verb.ignores ?? []).allowExcessArguments(false);
  command.addHelpText("after", examplesText(verb.examples));
  const wanted = leaveOpen(command);
  command.action(async (...args: unknown[]) => {
    const words = wordsOf(command);
    const settings = await applySettings(command, { verb: words, cwd: process.cwd(), env: process.env, known });
    const terminal = openTerminal(command.opts());
    for (const warning of settings.warnings) terminal.warn(warning);
    if (command.opts().showConfig === true) return done(showConfig(terminal, words, settings));
    if (terminal.verbose) tellSettings(terminal, settings);
    tellIgnored(command, verb, terminal);
    const given = args.slice(0, -2).map((value, index) => withRollouts(command, index, value, settings));
    for (const [index, name] of wanted) if (isEmpty(given[index])) missing(command, name);
    done(await verb.act(given, command.opts()));
  });
}

/**
 * Arguments that must be there, by place: asked for after the settings are known, since those may hold the rollouts, and
 * since --show-config needs none.
 */
function leaveOpen(command: Command): readonly (readonly [number, string])[] {
  const shown = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  command.usage(["[options]", ...shown].join(" "));
  return [...command.registeredArguments.entries()].flatMap(([index, argument]) => {
    if (!argument.required) return [];
    argument.required = false;
    return [[index, argument.name()] as const];
  });
}

function withRollouts(command: Command, index: number, value: unknown, { rollouts }: Settings): unknown {
  const isRollouts = command.registeredArguments[index]?.name() === "rollouts";
  return isRollouts && isEmpty(value) && rollouts.length > 0 ? rollouts : value;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

function missing(command: Command, name: string): never {
  const more = name === "rollouts" ? " (or rollouts in a file of settings)" : "";
  command.error(`error: missing required argument '${name}'${more}`, { code: "commander.missingArgument" });
}

/** Words of the verb: ["testgen", "mine"]. */
function wordsOf(command: Command): readonly string[] {
  const words: string[] = [];
  for (let one: Command | null = command; one?.parent; one = one.parent) words.unshift(one.name());
  return words;
}

function tellSettings(terminal: Terminal, { settings, file }: Settings): void {
  if (file !== null) terminal.note(`settings: ${file}`);
  for (const { name, value, source, where } of settings) {
    if (source === "file" || source === "environment") terminal.note(`${name}: ${JSON.stringify(value)} (${where})`);
  }
}

/** Flags and verbs of a program with all verbs loaded; a verb in a group is named with its group. */
function namesOf(program: Command): Awaited<ReturnType<SettingsWorld["known"]>> {
  const flags = new Set<string>();
  const verbs: string[] = [];
  const visit = (command: Command): void => {
    for (const { long } of command.options) if (typeof long === "string") flags.add(long.slice(2));
    if (command !== program) verbs.push(wordsOf(command).join(" "));
    command.commands.forEach(visit);
  };
  visit(program);
  return { flags: [...flags], verbs };
}

/** Errors of usage say where to look: what `--help` of that very command has. */
function strict(command: Command, help: string): Command {
  const words = ["bestk", ...wordsOf(command), "--help"].join(" ");
  const hint = `${colors.dim("hint:")} \`${words}\` ${help}`;
  return command.showSuggestionAfterError().showHelpAfterError(hint).exitOverride();
}

function isLazy(entry: VerbTable[string]): entry is LazyVerb {
  return Array.isArray(entry);
}

function examplesText(examples: readonly Example[]): string {
  const lines = examples.map(([command, what]) => `  ${command}\n      ${what}`);
  return `\nExamples:\n${lines.join("\n")}`;
}

/** A flag that does nothing is said: who gave it expects something of it. */
function tellIgnored(command: Command, { ignores = [], name }: Verb, terminal: Terminal): void {
  const given = ignores.filter((flag) => command.getOptionValueSource(GLOBAL_FLAGS[flag]) === "cli");
  if (given.length === 0) return;
  const flags = given.map((flag) => `--${flag}`).join(", ");
  terminal.note(`${flags}: changes nothing in \`bestk ${name}\``);
}

/** The words after a verb, with `--instances` spread; a group's verb is the word after the group. */
function spreadOf(argv: readonly string[], parent: Command): readonly string[] {
  const verb = parent.commands.find((command) => command.name() === argv[0]);
  if (verb === undefined) return argv;
  const rest = argv.slice(1);
  return [verb.name(), ...(verb.commands.length > 0 ? spreadOf(rest, verb) : spreadInstances(rest, verb))];
}
