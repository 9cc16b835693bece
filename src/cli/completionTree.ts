// What can be completed, read off the program itself: verbs, flags, and the values that flags take.
import type { Command, Option } from "commander";
import { FLAG_VALUES } from "./flagValues.js";

export interface CompletableFlag {
  /** "-a", "--aggregator". */
  readonly names: readonly string[];
  readonly what: string;
  /** null: it takes none; "text": one that can't be foreseen. */
  readonly takes: null | "file" | "folder" | "text" | readonly string[];
}

export interface CompletableVerb {
  /** ["testgen", "mine"]. */
  readonly words: readonly string[];
  readonly what: string;
  readonly flags: readonly CompletableFlag[];
  /** What stands without a flag. */
  readonly takes: CompletableFlag["takes"];
}

export interface CompletionTree {
  readonly verbs: readonly CompletableVerb[];
  /** Words under which there are verbs, with what they are. */
  readonly groups: Readonly<Record<string, string>>;
}

/** Of a program with all of its verbs loaded. */
export async function completionTree(program: Command): Promise<CompletionTree> {
  const verbs: CompletableVerb[] = [];
  const groups: Record<string, string> = {};
  for (const command of program.commands) {
    if (command.commands.length === 0) verbs.push(await verbOf(command, [command.name()]));
    else {
      groups[command.name()] = command.description();
      for (const inner of command.commands) verbs.push(await verbOf(inner, [command.name(), inner.name()]));
    }
  }
  return { verbs, groups };
}

async function verbOf(command: Command, words: readonly string[]): Promise<CompletableVerb> {
  const shown = command.options.filter(({ hidden }) => !hidden);
  const flags = await Promise.all(shown.map(flagOf));
  const [argument] = command.registeredArguments;
  const takes = argument === undefined ? null : (argument.argChoices ?? "file");
  const help: CompletableFlag = { names: ["-h", "--help"], what: "display help for command", takes: null };
  return { words, what: command.summary() || command.description(), flags: [...flags, help], takes };
}

async function flagOf(option: Option): Promise<CompletableFlag> {
  const names = [option.short, option.long].filter((name) => typeof name === "string");
  return { names, what: option.description, takes: await takenBy(option) };
}

async function takenBy(option: Option): Promise<CompletableFlag["takes"]> {
  if (!option.required && !option.optional) return null;
  if (option.argChoices !== undefined) return option.argChoices;
  const values = await FLAG_VALUES[(option.long ?? "").slice(2)]?.();
  if (values !== undefined) return values;
  if (/<(file|path|candidates)>/.test(option.flags)) return "file";
  return /<dir>/.test(option.flags) ? "folder" : "text";
}
