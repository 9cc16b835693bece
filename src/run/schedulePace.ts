// How much is asked of the machine at a time: all that the user allows, less after failures and slow openings, then more again.
import { freemem } from "node:os";
import { type WorkQueue, workQueue } from "./schedule.js";

/** What a run asks of its machine now; shared by all of its work. */
export interface Pace {
  /** Jobs at a time. */
  jobs(): number;
  /** Takes one of the places for a sandbox that is opened before its candidate comes; false: there is none now. */
  takeSpare(): boolean;
  giveSpare(): void;
  /** Images are fetched beside the jobs, few at a time: the network is one, and they use no core. */
  readonly fetches: WorkQueue;
  /** A sandbox was opened in so many milliseconds. */
  opened(ms: number): void;
  /** The machine failed: half of the jobs at a time, and nothing ahead, until it opens sandboxes again. */
  failed(): void;
}

export interface PaceOptions {
  /** Jobs at a time, at most. */
  readonly jobs: number;
  /** Sandboxes opened ahead, at most; default half of the jobs, rounded up: opening takes less time than testing. */
  readonly spares?: number;
  /** Bytes of memory that nobody uses. */
  readonly freeMemory?: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** An idle sandbox takes about 20 MB (its shells and the engine's own process); tests need the rest. */
const LEAST_FREE_BYTES = 768 * 1024 ** 2;
/** What fails together, such as all that waits for an engine that goes away, is one failure. */
const TOGETHER_MS = 3_000;
/** Slower than both is slow: a sandbox takes 0.3 s to open where nothing is wrong. */
const SLOW_MS = 5_000;
const SLOW_TIMES = 8;
const TYPICAL_OF = 20;
const FETCHES = 2;

export function openPace(options: PaceOptions): Pace {
  const { jobs: most, spares = Math.ceil(most / 2), freeMemory = freemem, now = () => performance.now() } = options;
  let jobs = most;
  let spare = 0;
  let wellSince = 0;
  let hasFailed = false;
  let failedAt = Number.NEGATIVE_INFINITY;
  const first: number[] = [];
  return {
    jobs: () => jobs,
    fetches: workQueue(() => FETCHES),
    takeSpare: () => {
      const allowed = Math.min(spares, Math.ceil(jobs / 2));
      if (hasFailed || spare >= allowed || freeMemory() < LEAST_FREE_BYTES) return false;
      spare += 1;
      return true;
    },
    giveSpare: () => {
      spare -= 1;
    },
    opened: (ms) => {
      hasFailed = false;
      const typical = first.toSorted((a, b) => a - b)[first.length >> 1] ?? ms;
      if (first.length < TYPICAL_OF) first.push(ms);
      if (ms > Math.max(SLOW_MS, SLOW_TIMES * typical)) {
        jobs = Math.max(1, jobs - 1);
        wellSince = 0;
        return;
      }
      wellSince += 1;
      if (jobs === most || wellSince < jobs) return;
      jobs = Math.min(most, jobs + Math.max(1, jobs >> 2));
      wellSince = 0;
    },
    failed: () => {
      hasFailed = true;
      wellSince = 0;
      if (now() - failedAt < TOGETHER_MS) return;
      failedAt = now();
      jobs = Math.max(1, jobs >> 1);
    },
  };
}
