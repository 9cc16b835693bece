// The report at the end of a run: what it tells is all in the run directory, so that failing to write it is no failure of the run.
import { messageOf } from "../core/errors.js";
import { pageAssets } from "../run/pageAssets.js";
import { writeReport } from "../run/pageFile.js";
import { leftOutWords } from "./showPage.js";
import type { Terminal } from "./terminal.js";
import { bestkVersion } from "./version.js";

/** Writes `report.html` into the run directory. */
export async function reportOfRun(
  run: string,
  aggregator: string,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  try {
    const evidence = { aggregator, signal };
    const written = await writeReport({
      paths: [run],
      evidence,
      assets: await pageAssets(),
      bestk: bestkVersion(),
      signal,
    });
    terminal.note(`report: ${written.file}${leftOutWords(written)}`);
  } catch (thrown) {
    terminal.warn(`no report was written (${messageOf(thrown)}); \`bestk report ${run}\` tries again`);
  }
}
