// What every long verb does around its work: progress, events, Ctrl-C, and a last line that says how to go on.
import { BestkError } from "../core/errors.js";
import type { Emit } from "../run/events.js";
import { listenForInterrupt } from "./interrupt.js";
import { openProgress } from "./progress.js";
import { sameCommand } from "./resume.js";
import type { Terminal } from "./terminal.js";

export interface LongWork {
  readonly terminal: Terminal;
  /** Of `--events`. */
  readonly events: string | undefined;
  /** What the first Ctrl-C waits for: "the tests in flight". */
  readonly inFlight: string;
  /** What is left of it after an interruption: "what was done is kept". */
  readonly left: string;
  /** Words that make the same command go on from here; null: it can't, and `goOn` says what would. */
  readonly more?: readonly string[];
  readonly goOn?: string;
}

export interface WorkContext {
  readonly emit: Emit;
  readonly drain: AbortSignal;
  readonly stop: AbortSignal;
}

/** Does the work. Throws BestkError `interrupted` for whatever it throws once it was interrupted. */
export async function longWork<T>(work: LongWork, job: (context: WorkContext) => Promise<T>): Promise<T> {
  const { terminal, events, inFlight } = work;
  const progress = await openProgress(terminal, events);
  const interrupt = listenForInterrupt(() => {
    progress.emit({ type: "draining" });
    terminal.warn(`interrupted: waiting for ${inFlight} (Ctrl-C again stops it)`);
  });
  const { drain, stop } = interrupt;
  let outcome: "done" | "interrupted" | "failed" = "failed";
  try {
    const result = await job({ emit: progress.emit, drain, stop });
    outcome = drain.aborted ? "interrupted" : "done";
    return result;
  } catch (thrown) {
    const isTold = thrown instanceof BestkError && thrown.code === "interrupted";
    if (!isTold && !drain.aborted) throw thrown;
    outcome = "interrupted";
    throw isTold ? thrown : interrupted(work, thrown);
  } finally {
    await progress.close(outcome);
    interrupt.dispose();
  }
}

/** The end of a verb that was drained before its end. */
export function interrupted({ left, more, goOn }: LongWork, cause?: unknown): BestkError {
  const hint = goOn ?? `go on with: ${sameCommand(more)}`;
  return new BestkError("interrupted", `interrupted; ${left}`, { hint, cause });
}
