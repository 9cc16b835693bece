// The flags that every verb shares, and how their values are read: strict, with the nearest name for a wrong one.
import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";

/** Values of the global flags. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly config?: string;
  readonly seed: number;
  readonly jobs: number;
  readonly limit?: number;
  readonly only?: readonly string[];
  readonly dryRun?: boolean;
  readonly skipBad?: boolean;
  readonly events?: string;
  readonly scaffold?: string;
}

/** Flags that every verb takes, by name; the value is the option's attribute. */
export const GLOBAL_FLAGS = {
  json: "json",
  quiet: "quiet",
  verbose: "verbose",
  config: "config",
  "show-config": "showConfig",
  seed: "seed",
  jobs: "jobs",
  limit: "limit",
  only: "only",
  "dry-run": "dryRun",
  "skip-bad": "skipBad",
  events: "events",
} as const;

export type GlobalFlag = keyof typeof GLOBAL_FLAGS;

/** Adds them as a group of their own; `ignored` ones are taken and left out of the help. */
export function addGlobalOptions(command: Command, ignored: readonly GlobalFlag[] = []): Command {
  command.optionsGroup("Options of every verb:");
  for (const [flag, option] of Object.entries(globalOptions())) {
    command.addOption(ignored.includes(flag as GlobalFlag) ? option.hideHelp() : option);
  }
  return command;
}

function globalOptions(): Readonly<Record<GlobalFlag, Option>> {
  const flag = (flags: string, what: string): Option => new Option(flags, what);
  return {
    json: flag("--json", "results as JSON on stdout; text for people goes to stderr"),
    quiet: flag("--quiet", "no progress, only warnings and errors"),
    verbose: flag("--verbose", "more about what is going on"),
    config: flag(
      "--config <file>",
      "file of settings (default: bestk.config.{yaml,json,js}, here or in the repository)",
    ),
    "show-config": flag("--show-config", "print each setting and where it comes from, and do nothing"),
    seed: flag("--seed <n>", "seed of random draws").argParser(wholeNumber(0)).default(0),
    jobs: flag("-j, --jobs <n>", "sandboxes at a time").argParser(wholeNumber(1)).default(2),
    limit: flag("--limit <n>", "only the first N instances").argParser(wholeNumber(1)),
    only: flag("--only <ids>", "only these instances (comma-separated; may be repeated)").argParser(idList),
    "dry-run": flag("--dry-run", "say what would be done, and do nothing"),
    "skip-bad": flag("--skip-bad", "pass over records that can't be read, and count them"),
    events: flag("--events <file>", "write progress as JSONL to a file, or - for stdout"),
  };
}

export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least)
      throw new InvalidArgumentError(`expected a whole number, at least ${least}.`);
    return value;
  };
}

export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("expected a share from 0 to 1.");
  return value;
}

export function idList(text: string, before: readonly string[] = []): readonly string[] {
  const ids = text
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
  if (ids.length === 0) throw new InvalidArgumentError("expected instance ids, separated by commas.");
  return [...before, ...ids];
}

/** For flags that take several values and may be repeated. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

export function addScaffoldOption(command: Command): Command {
  return command.option("--scaffold <name>", "read every file as this format, whatever its content says");
}
