// A time limit on top of an abort signal. `AbortSignal.any` with `AbortSignal.timeout` won't do: Node 20 may collect the
// inner signal as garbage before it fires (nodejs/node#57736), and what waits for it then waits for ever.

export interface Deadline extends Disposable {
  /** Aborted with the signal given (its reason) or at the limit (a `TimeoutError`), whichever is first. */
  readonly signal: AbortSignal;
  /** Whether it was the limit. */
  readonly expired: boolean;
}

/** `ms` from now at the latest. Dispose of it, or its timer keeps the process for as long. */
export function deadline(signal: AbortSignal, ms: number): Deadline {
  const either = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = !either.signal.aborted;
    either.abort(new DOMException(`over the limit of ${ms / 1000} s`, "TimeoutError"));
  }, ms);
  const follow = (): void => either.abort(signal.reason);
  if (signal.aborted) follow();
  else signal.addEventListener("abort", follow, { once: true });
  return {
    signal: either.signal,
    get expired() {
      return expired;
    },
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", follow);
    },
  };
}
