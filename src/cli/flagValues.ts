// Values that a flag can have, where they are names of bestk's own: for completions, and for messages about settings.

/** By the flag's long name. */
export const FLAG_VALUES: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  aggregator: async () => [...(await import("../select/registry.js")).AGGREGATOR_NAMES, "oracle"],
  outputs: async () => (await import("../testgen/filter.js")).OUTPUT_RULES,
  regression: async () => ["files", "all", "related"],
  runner: async () => Object.keys((await import("../verify/runners.js")).RUNNERS),
  sandbox: async () => (await import("./sandboxes.js")).SANDBOX_NAMES,
  scaffold: async () => (await import("../rollouts/adapter.js")).FORMATS,
  table: async () => Object.keys((await import("../tables/load.js")).TABLES),
  uneven: async () => (await import("../study/uneven.js")).UNEVEN_RULES,
  with: async () => (await import("../select/registry.js")).AGGREGATOR_NAMES,
};

/** Flags that take values beside these: a fusion's folder, a list of test files. */
const OPEN: Readonly<Record<string, RegExp>> = {
  aggregator: /^fusion:/,
  with: /^fusion:/,
  regression: /^files:/,
  // `--runner` of some verbs takes a command's own name.
  runner: /./,
};

/** The names that are allowed, where a value isn't one of them; null where it is fine or the flag takes anything. */
export async function allowedInstead(flag: string, value: string): Promise<readonly string[] | null> {
  const names = await FLAG_VALUES[flag]?.();
  if (names === undefined || OPEN[flag]?.test(value) === true || names.includes(value)) return null;
  return names;
}
