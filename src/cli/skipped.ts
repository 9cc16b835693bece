// What was left out of the input, said with file, line and field: records by `--skip-bad`, and files of no known format.
import type { LoadedFile } from "../rollouts/load.js";
import type { Problem } from "../rollouts/read.js";
import { clean } from "./table.js";
import type { Terminal } from "./terminal.js";

/** A folder of logs beside the rollouts must not bury what follows. */
const SHOWN_FILES = 10;

export function tellSkipped(terminal: Terminal, problems: readonly Problem[]): void {
  for (const { file, line, message } of problems) {
    terminal.warn(`skipped: ${clean(line === null ? file : `${file}:${line}`, 500)}: ${clean(message, 300)}`);
  }
  if (problems.length > 0) terminal.warn(`${problems.length} records that can't be read were skipped`);
}

/** Files of a folder that gave no rollouts: one of them may be a rollout that was cut off. */
export function tellPassedOver(terminal: Terminal, files: readonly LoadedFile[]): void {
  const refused = files.filter(({ format }) => format === null);
  for (const { file, reason } of refused.slice(0, SHOWN_FILES)) {
    terminal.note(`passed over: ${clean(file, 500)}: ${clean(reason ?? "unknown format", 300)}`);
  }
  const more = refused.length - SHOWN_FILES;
  if (more > 0) terminal.note(`passed over: ${more} more files (\`bestk inspect\` lists them)`);
}
