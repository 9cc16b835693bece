// Where each value of a verb's flags comes from: the command line, else BESTK_…, else the file of settings, else the default.
import { dirname, isAbsolute, relative, resolve } from "node:path";
import type { Command, Option } from "commander";
import { BestkError, messageOf } from "../core/errors.js";
import { didYouMean, nearest } from "../core/nearest.js";
import { type ConfigFile, findConfig, readConfig } from "./configFile.js";
import { allowedInstead } from "./flagValues.js";
import { collect } from "./options.js";

export type SettingSource = "flag" | "environment" | "file" | "default";

/** One value and where it came from. */
export interface Setting {
  /** The flag's long name. */
  readonly name: string;
  /** Absent where nothing sets it. */
  readonly value?: unknown;
  readonly source: SettingSource;
  /** The variable, or the file and the keys that lead to it. */
  readonly where: string | null;
}

export interface SettingsWorld {
  /** Words of the verb: ["testgen", "mine"]. */
  readonly verb: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names of all flags and verbs of the program: asked for where one is unknown to this verb. */
  readonly known: () => Promise<{ readonly flags: readonly string[]; readonly verbs: readonly string[] }>;
}

export interface Settings {
  /** The file of settings; null: there is none. */
  readonly file: string | null;
  readonly settings: readonly Setting[];
  /** Rollouts of the file or of BESTK_ROLLOUTS, for a verb that was given none. */
  readonly rollouts: readonly string[];
  readonly warnings: readonly string[];
}

/** Rollouts have no flag: they are the verb's arguments. */
const ROLLOUTS = "rollouts";
/** Not settings: what benchmarks and tests read. */
const OTHERS = /^BESTK_(DATA|REQUIRE_|TEST_|CI_)/;

/** Sets the options that the command line left open. Throws BestkError `configuration` with place, value and what is allowed. */
export async function applySettings(command: Command, world: SettingsWorld): Promise<Settings> {
  const options = command.options.filter(({ long }) => typeof long === "string");
  const named = new Map(options.map((option) => [nameOf(option), option]));
  const asked = command.opts().config ?? world.env.BESTK_CONFIG;
  const path = typeof asked === "string" && asked !== "" ? asked : await findConfig(world.cwd);
  const file = path === null ? null : await readConfig(path);
  const found = new Map<string, Found>();
  if (file !== null) for (const one of await fromFile(file, named, world)) found.set(one.name, one);
  const warnings: string[] = [];
  for (const one of await fromEnvironment(named, world, warnings)) found.set(one.name, one);
  const where = new Map<string, Found>();
  for (const one of found.values()) {
    const option = named.get(one.name);
    if (option === undefined || command.getOptionValueSource(option.attributeName()) === "cli") continue;
    command.setOptionValueWithSource(option.attributeName(), await readValue(option, one), one.source);
    where.set(one.name, one);
  }
  const rollouts = found.get(ROLLOUTS);
  return {
    file: file?.path ?? null,
    rollouts: rollouts === undefined ? [] : textsOf(rollouts),
    settings: options.filter(isSetting).map((option) => settingOf(command, option, where.get(nameOf(option)))),
    warnings,
  };
}

/** A value before it is read. */
interface Found {
  readonly name: string;
  readonly value: unknown;
  readonly source: "environment" | "file";
  readonly where: string;
  /** Paths in a file are seen from there. */
  readonly folder: string | null;
}

async function fromFile(
  file: ConfigFile,
  named: ReadonlyMap<string, Option>,
  world: SettingsWorld,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  const folder = pathFrom(world.cwd, dirname(resolve(file.path)));
  let layer = file.values;
  for (let depth = 0; ; depth++) {
    const keys = world.verb.slice(0, depth);
    const next = world.verb[depth];
    for (const [name, value] of Object.entries(layer)) {
      const where = `${file.path}: ${[...keys, name].join(".")}`;
      const isOption = name === ROLLOUTS || (named.has(name) && !NO_SETTINGS.has(name));
      if (isSection(value)) {
        if (name !== next) await mustBeVerb(name, where, keys, world, named);
      } else if (isOption) found.push({ name, value, source: "file", where, folder });
      else await mustBeFlag(name, value, where, keys, world, named);
    }
    const inner = next === undefined ? undefined : layer[next];
    if (!isSection(inner)) return found;
    layer = inner;
  }
}

/** Flags that say where settings are, or only look at them. */
const NO_SETTINGS = new Set(["config", "show-config", "help", "version"]);

/** A section of another verb is that verb's to check. */
async function mustBeVerb(
  name: string,
  where: string,
  keys: readonly string[],
  world: SettingsWorld,
  named: ReadonlyMap<string, Option>,
): Promise<void> {
  const { verbs } = await world.known();
  const inside = verbs.filter((verb) => verb.startsWith(keys.map((key) => `${key} `).join("")));
  const words = [...new Set(inside.map((verb) => verb.split(" ")[keys.length] ?? ""))].filter((word) => word !== "");
  // First: `run` is a verb, and a flag of others.
  if (words.includes(name)) return;
  if (named.has(name)) {
    throw new BestkError("configuration", `${where}: expected a string, a number or a list; got settings by name`);
  }
  throw new BestkError("configuration", `${where}: no such verb`, { hint: didYouMean(name, words) });
}

/** What another verb takes may stand among the settings of all; in the section of this one it may not. */
async function mustBeFlag(
  name: string,
  value: unknown,
  where: string,
  keys: readonly string[],
  world: SettingsWorld,
  named: ReadonlyMap<string, Option>,
): Promise<void> {
  const own = [...named.keys()].filter((flag) => !NO_SETTINGS.has(flag));
  if (keys.length < world.verb.length) {
    const { flags } = await world.known();
    if (flags.includes(name) && !NO_SETTINGS.has(name)) return;
  }
  throw new BestkError("configuration", `${where}: unknown setting "${name}" (its value: ${JSON.stringify(value)})`, {
    hint: didYouMean(name, own),
  });
}

async function fromEnvironment(
  named: ReadonlyMap<string, Option>,
  { env, known }: SettingsWorld,
  warnings: string[],
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith("BESTK_") || value === undefined || value === "" || OTHERS.test(variable)) continue;
    const name = variable.slice("BESTK_".length).toLowerCase().replaceAll("_", "-");
    if (NO_SETTINGS.has(name)) continue;
    if (named.has(name) || name === ROLLOUTS) {
      found.push({ name, value, source: "environment", where: variable, folder: null });
      continue;
    }
    const { flags } = await known();
    if (flags.includes(name)) continue;
    const near = nearest(name, flags).map((flag) => variableOf(flag));
    // Far from every setting it is somebody else's: of the benchmarks, of a build.
    if (near.length > 0) warnings.push(`${variable} is no setting; did you mean ${near.join(" or ")}?`);
  }
  return found;
}

/** The variable of a flag: BESTK_MAX_UNAVAILABLE. */
export function variableOf(flag: string): string {
  return `BESTK_${flag.toUpperCase().replaceAll("-", "_")}`;
}

async function readValue(option: Option, found: Found): Promise<unknown> {
  const { where, value } = found;
  if (option.isBoolean()) return yesOrNo(found);
  const texts = textsOf(found, option);
  const names = nameOf(option) === "aggregator" ? texts.flatMap((text) => text.split(",")) : texts;
  for (const text of names) {
    const allowed = await allowedInstead(nameOf(option), text.trim());
    if (allowed === null) continue;
    throw new BestkError(
      "configuration",
      `${where}: ${JSON.stringify(text.trim())} is not one of ${allowed.join(", ")}`,
      {
        hint: didYouMean(text.trim(), allowed),
      },
    );
  }
  try {
    // The readers of lists part them at commas, save that of flags which may be repeated.
    if (isRepeated(option)) return texts;
    return option.parseArg === undefined ? texts.join(",") : option.parseArg(texts.join(","), undefined as never);
  } catch (thrown) {
    throw new BestkError(
      "configuration",
      `${where}: ${messageOf(thrown).replace(/\.$/, "")}; got ${JSON.stringify(value)}`,
      {
        cause: thrown,
      },
    );
  }
}

/** Anything but a plain yes or no would be a guess: in a file `"no"` is not false. */
function yesOrNo({ where, value, source }: Found): boolean {
  if (typeof value === "boolean") return value;
  const text = source === "environment" && typeof value === "string" ? value.toLowerCase() : "";
  if (["1", "true", "yes", "on"].includes(text)) return true;
  if (["0", "false", "no", "off"].includes(text)) return false;
  throw new BestkError("configuration", `${where}: expected true or false, got ${JSON.stringify(value)}`);
}

/** The words of a value; paths of a file are seen from its folder. */
function textsOf({ where, value, source, folder, name }: Found, option?: Option): readonly string[] {
  const isParted = source === "environment" && (name === ROLLOUTS || (option !== undefined && isRepeated(option)));
  const several = Array.isArray(value) ? value : isParted ? partsOf(String(value)) : [value];
  return several.map((one) => {
    if (typeof one !== "string" && typeof one !== "number") {
      throw new BestkError(
        "configuration",
        `${where}: expected a string, a number or a list; got ${JSON.stringify(one)}`,
      );
    }
    const text = String(one);
    const isPath = option === undefined || /<(file|dir|path|candidates)>/.test(option.flags);
    if (folder === null || !isPath || text === "-" || isAbsolute(text)) return text;
    return pathFrom(".", resolve(folder, text));
  });
}

/** A variable holds several values where its flag may be repeated: commas part them. */
function partsOf(text: string): readonly string[] {
  return text.split(",").map((part) => part.trim());
}

function isRepeated({ parseArg }: Option): boolean {
  return parseArg === collect;
}

function pathFrom(cwd: string, path: string): string {
  return relative(resolve(cwd), path) || ".";
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function isSetting(option: Option): boolean {
  return !option.hidden && !NO_SETTINGS.has(nameOf(option));
}

function settingOf(command: Command, option: Option, found: Found | undefined): Setting {
  const value: unknown = command.opts()[option.attributeName()];
  const isGiven = command.getOptionValueSource(option.attributeName()) === "cli";
  const source: SettingSource = isGiven ? "flag" : (found?.source ?? "default");
  const name = nameOf(option);
  const where = isGiven ? `--${name}` : (found?.where ?? null);
  return { name, ...(value === undefined ? {} : { value }), source, where };
}

function nameOf({ long }: Option): string {
  return (long ?? "").replace(/^--/, "");
}
