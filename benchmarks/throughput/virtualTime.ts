// Time that passes only when nobody has anything left to do: the product's own scheduling code runs in it, thousands of times as fast.

/** Seconds of virtual time. Work shares the cores: with more of it than cores, each piece is so much slower. */
export interface VirtualTime {
  now(): number;
  /** Passes without using a core. */
  wait(seconds: number): Promise<void>;
  /** Uses one core for so many seconds of it. */
  work(seconds: number): Promise<void>;
  /** Core-seconds used so far. */
  used(): number;
  /** Runs until `all` is done. */
  run<T>(all: Promise<T>): Promise<T>;
}

interface Timer {
  readonly at: number;
  readonly done: () => void;
}

interface Piece {
  left: number;
  readonly done: () => void;
}

export function virtualTime(cores: number): VirtualTime {
  let now = 0;
  let used = 0;
  const timers: Timer[] = [];
  const pieces = new Set<Piece>();
  const rate = (): number => Math.min(1, cores / Math.max(1, pieces.size));
  const step = (): boolean => {
    const timer = timers[0];
    const least = Math.min(...[...pieces].map(({ left }) => left));
    const byWork = pieces.size === 0 ? Number.POSITIVE_INFINITY : now + least / rate();
    const byTimer = timer?.at ?? Number.POSITIVE_INFINITY;
    const next = Math.min(byWork, byTimer);
    if (!Number.isFinite(next)) return false;
    const share = (next - now) * rate();
    used += share * pieces.size;
    now = next;
    for (const piece of pieces) {
      piece.left -= share;
      if (piece.left > 1e-9) continue;
      pieces.delete(piece);
      piece.done();
    }
    if (byTimer <= byWork) timers.shift()?.done();
    return true;
  };
  return {
    now: () => now,
    used: () => used,
    wait: (seconds) =>
      new Promise((done) => {
        const at = now + seconds;
        let place = timers.length;
        while (place > 0 && (timers[place - 1] as Timer).at > at) place -= 1;
        timers.splice(place, 0, { at, done });
      }),
    work: (seconds) =>
      seconds <= 0 ? Promise.resolve() : new Promise((done) => void pieces.add({ left: seconds, done })),
    run: async (all) => {
      let ended = false;
      const done = all.finally(() => {
        ended = true;
      });
      while (!ended) {
        // Everything that can go on at this moment goes on before time does.
        await new Promise((resolve) => setImmediate(resolve));
        if (!ended && !step()) break;
      }
      return done;
    },
  };
}
