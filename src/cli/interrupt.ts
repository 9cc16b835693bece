// Ctrl-C: the first lets work in flight end, the second stops it; both leave a run that can be resumed.

/** Signals that a verb passes on. */
export interface Interrupt {
  /** Aborted by the first Ctrl-C (or TERM): take no new work. */
  readonly drain: AbortSignal;
  /** Aborted by the second: end what runs. */
  readonly stop: AbortSignal;
  dispose(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** As shells say it of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/** Listens for SIGINT, SIGTERM and SIGHUP; `onDrain` tells the person what happens now. A third one ends the program. */
export function listenForInterrupt(onDrain: () => void): Interrupt {
  const drain = new AbortController();
  const stop = new AbortController();
  const handle = () => {
    if (stop.signal.aborted) process.exit(INTERRUPTED);
    if (drain.signal.aborted) return stop.abort(new Error("interrupted"));
    drain.abort(new Error("interrupted"));
    onDrain();
  };
  for (const name of SIGNALS) process.on(name, handle);
  return {
    drain: drain.signal,
    stop: stop.signal,
    dispose: () => {
      for (const name of SIGNALS) process.off(name, handle);
    },
  };
}
