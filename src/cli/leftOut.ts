// Says before a study that evidence is of a run that left tests out: what they would have said is missing from its figures.
import type { Evidence } from "../core/schemas.js";
import { SIGNAL_NAMES } from "../core/signal.js";
import type { Terminal } from "./terminal.js";

export function tellLeftOut(evidence: readonly Evidence[], terminal: Terminal): void {
  const count = evidence.filter(({ signals }) =>
    SIGNAL_NAMES.some((name) => {
      const signal = signals[name];
      return signal.status === "unavailable" && signal.reason === "could-not-matter";
    }),
  ).length;
  if (count === 0) return;
  terminal.warn(
    `tests of ${count} of ${evidence.length} rollouts were left out, for they could not change the choice of that run: figures rest on the others; \`bestk run --eager\` into the same directory runs them`,
  );
}
