// How the report's file is told of: its size, and what it left out.
import type { WrittenReport } from "../run/pageFile.js";

export function sizeWords(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** "; left out: 12 logs and 3 trajectories (45.0 MB): `bestk view RUN` shows them", or nothing. */
export function leftOutWords({ leftOut }: Pick<WrittenReport, "leftOut">): string {
  const { logs, trajectories, bytes } = leftOut;
  if (bytes === 0) return "";
  return `; left out: ${logs} logs and ${trajectories} trajectories (${sizeWords(bytes)}); \`bestk view\` shows them`;
}
