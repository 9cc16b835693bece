// The demo's last word: each instance's choice with its signals, and why.
import { join } from "node:path";
import { SIGNAL_NAMES } from "../core/signal.js";
import type { LabelledRanking } from "../run/ranking.js";
import { loadEvidence } from "../tables/load.js";
import { showSignal } from "./showEvidence.js";
import { formatTable } from "./table.js";

/** Reads the signals of the selected rollouts from the run directory. */
export async function showDemo(document: LabelledRanking, run: string): Promise<string> {
  const { evidence } = await loadEvidence(join(run, "evidence.jsonl"), { table: "bestk" });
  const rows = document.instances.map(({ instanceId, selected, why }) => {
    const chosen = evidence.find((line) => line.instanceId === instanceId && line.rolloutId === selected);
    return [instanceId, selected ?? "—", ...SIGNAL_NAMES.map((name) => showSignal(chosen?.signals[name])), why];
  });
  return formatTable(["instance", "selected", ...SIGNAL_NAMES, "why"], rows);
}
