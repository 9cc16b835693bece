// What a long run tells while it works: plain data, drawn by the command line and written by `--events`.
import type { EventLine } from "../core/schemas/events.js";

type WithoutStamp<T> = T extends unknown ? Readonly<Omit<T, "schema" | "time">> : never;

/** An event before it is stamped with the time; core/eventSchema.ts says what each means. */
export type RunEvent = WithoutStamp<EventLine>;

export type Emit = (event: RunEvent) => void;

/** Seconds since this call, to the millisecond: durations come from a clock that never goes back. */
export function stopwatch(): () => number {
  const start = performance.now();
  return () => Math.round(performance.now() - start) / 1000;
}
