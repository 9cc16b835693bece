// What `--skip-bad` left out, said with file, line and field, and counted.
import type { Problem } from "../rollouts/read.js";
import { clean } from "./table.js";
import type { Terminal } from "./terminal.js";

export function tellSkipped(terminal: Terminal, problems: readonly Problem[]): void {
  for (const { file, line, message } of problems) {
    terminal.warn(`skipped: ${clean(line === null ? file : `${file}:${line}`, 500)}: ${clean(message, 300)}`);
  }
  if (problems.length > 0) terminal.warn(`${problems.length} records that can't be read were skipped`);
}
