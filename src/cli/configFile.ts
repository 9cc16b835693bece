// Flags from a file (`--config F`): the command line wins, and an unknown name answers with the nearest.
import type { Command } from "commander";
import { parse as parseYaml } from "yaml";
import { BestkError, messageOf } from "../core/errors.js";
import { readText } from "../core/io.js";
import { didYouMean } from "../core/nearest.js";

/** Sets the options that the command line left open. Throws BestkError `configuration`. */
export async function applyConfigFile(command: Command): Promise<void> {
  const file: unknown = command.opts().config;
  if (typeof file !== "string") return;
  for (const [name, value] of Object.entries(await readConfig(file))) {
    const option = command.options.find(({ long, short }) => long === `--${name}` || short === `-${name}`);
    if (option === undefined || name === "config") {
      const known = command.options.flatMap(({ long }) => (long === undefined || long === null ? [] : [long.slice(2)]));
      throw new BestkError("configuration", `${file}: unknown setting "${name}"`, { hint: didYouMean(name, known) });
    }
    const key = option.attributeName();
    if (command.getOptionValueSource(key) === "cli") continue;
    const parsed = option.isBoolean() ? flagOf(file, name, value) : parseValue(file, name, option.parseArg, value);
    command.setOptionValueWithSource(key, parsed, "config");
  }
}

/** Anything but a plain yes or no would be a guess: `"no"` is not false. */
function flagOf(file: string, name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new BestkError("configuration", `${file}: ${name}: expected true or false, got ${JSON.stringify(value)}`);
}

type ParseArgument = ((value: string, previous: never) => unknown) | undefined;

function parseValue(file: string, name: string, parse: ParseArgument, value: unknown): unknown {
  if (typeof value === "object" && !Array.isArray(value)) {
    throw new BestkError("configuration", `${file}: ${name}: expected a string, a number or a list`);
  }
  try {
    const texts = (Array.isArray(value) ? value : [value]).map(String);
    if (parse === undefined) return texts.join(",");
    return texts.reduce<unknown>((before, text) => parse(text, before as never), undefined);
  } catch (thrown) {
    throw new BestkError("configuration", `${file}: ${name}: ${messageOf(thrown)}`, { cause: thrown });
  }
}

async function readConfig(file: string): Promise<Record<string, unknown>> {
  const text = await readText(file);
  try {
    const document: unknown = parseYaml(text);
    if (document !== null && typeof document === "object" && !Array.isArray(document)) {
      return document as Record<string, unknown>;
    }
  } catch (thrown) {
    throw new BestkError("configuration", `${file}: neither YAML nor JSON (${messageOf(thrown).split("\n")[0]})`);
  }
  throw new BestkError("configuration", `${file}: expected settings by name, such as "jobs: 4"`);
}
