// Symbols, words and classes of test outcomes: the symbol alone tells them apart, colour only helps.
import type { TestOutcome } from "../../../core/types.js";

export interface OutcomeMark {
  readonly symbol: string;
  readonly word: string;
}

export const OUTCOME_MARKS: Readonly<Record<TestOutcome, OutcomeMark>> = {
  passed: { symbol: "✓", word: "passed" },
  failed: { symbol: "✗", word: "failed" },
  error: { symbol: "!", word: "error" },
  timeout: { symbol: "T", word: "timeout" },
  missing: { symbol: "?", word: "missing" },
  skipped: { symbol: "–", word: "skipped" },
  flaky: { symbol: "~", word: "flaky" },
  infra: { symbol: "I", word: "infra" },
};

export const NOT_RUN: OutcomeMark = { symbol: "·", word: "not run" };

export function markOf(outcome: TestOutcome | null): OutcomeMark {
  return outcome === null ? NOT_RUN : OUTCOME_MARKS[outcome];
}
