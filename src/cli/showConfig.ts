// `--show-config`: every setting of a verb, its value, and which flag, variable or file it comes from.
import type { ShownConfig } from "../core/schemas/plans.js";
import type { Settings } from "./settings.js";
import { formatTable } from "./table.js";
import type { Terminal } from "./terminal.js";

/** Prints them; returns the exit code. */
export function showConfig(
  terminal: Terminal,
  verb: readonly string[],
  { settings, file, rollouts }: Settings,
): number {
  const document: ShownConfig = {
    schema: "bestk.config/1",
    verb: verb.join(" "),
    file,
    rollouts: [...rollouts],
    settings: settings.map(({ name, value, source, where }) => ({ name, value: value ?? null, source, where })),
  };
  terminal.data(document);
  const rows = document.settings.map(({ name, value, source, where }) => [
    name,
    value === null ? "—" : typeof value === "string" ? value : JSON.stringify(value),
    source === "default" ? "default" : `${source}: ${where}`,
  ]);
  terminal.result(formatTable(["setting", "value", "from"], rows));
  if (rollouts.length > 0) terminal.result(`rollouts: ${rollouts.join(" ")}`);
  terminal.note(file === null ? "no bestk.config.{yaml,json,js} here or up to the repository's root" : `file: ${file}`);
  return 0;
}
