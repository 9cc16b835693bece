// A signal is a value or a reason: nothing else may stand for "we don't know" (design, contract 1).

export const UNAVAILABLE_REASONS = [
  "not-run",
  "could-not-matter",
  "no-patch",
  "empty-patch",
  "patch-failed",
  "no-tests",
  "no-tests-ran",
  "tampered",
  "timeout",
  "oom",
  "infra",
  "no-trajectory",
  "over-context",
  "low-mass",
  "model-error",
] as const;

/** Why a signal has no value. `no-patch`: unknown patch; `no-tests`: none to run; `oom`: of the tested code. */
export type UnavailableReason = (typeof UNAVAILABLE_REASONS)[number];

/** Higher is better in every signal. */
export type Signal =
  | { readonly status: "ok"; readonly value: number }
  | { readonly status: "unavailable"; readonly reason: UnavailableReason; readonly message: string };

export const SIGNAL_NAMES = ["regression", "reproduction", "reward"] as const;

/** `regression` = −(new failures relative to base); `reproduction` = generated tests passed; `reward` in [0, 1]. */
export type SignalName = (typeof SIGNAL_NAMES)[number];

export type Signals = Readonly<Record<SignalName, Signal>>;

/** A measured value. Throws RangeError on NaN and ±Infinity, which no measurement yields. */
export function ok(value: number): Signal {
  if (!Number.isFinite(value)) throw new RangeError(`a signal must be a finite number, got ${value}`);
  return { status: "ok", value: value === 0 ? 0 : value };
}

export function unavailable(reason: UnavailableReason, message: string): Signal {
  return { status: "unavailable", reason, message };
}
