// The values of `-a A,B`, `-k 1-26` and `--uneven`: read strictly, before any file is opened.
import { InvalidArgumentError } from "commander";
import { openAggregator } from "../run/aggregators.js";
import type { CurveAggregator, UnevenRule } from "../study/curve.js";
import { UNEVEN_RULES } from "../study/uneven.js";

/** A range like 1-1000000 is a slip, not a wish. */
const LARGEST_K = 100_000;

/** Names, separated by commas; the flag may be repeated. */
export function nameList(text: string, before: readonly string[] = []): readonly string[] {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.length === 0) throw new InvalidArgumentError("expected names of aggregators, separated by commas.");
  return [...before, ...names];
}

/** Each aggregator once, in the order asked for; `oracle` is one in curves. Throws BestkError `usage`. */
export function curveAggregators(names: readonly string[]): readonly CurveAggregator[] {
  return [...new Set(names)].map((name) => (name === "oracle" ? name : openAggregator(name)));
}

/** "1-4,8" as [1, 2, 3, 4, 8], ascending, each once. */
export function kList(text: string): readonly number[] {
  const ks = text.split(",").flatMap((part) => {
    const [, from = "", to = from] = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (from === "" || first < 1 || last < first || last > LARGEST_K) {
      throw new InvalidArgumentError("expected numbers of rollouts such as 1-26 or 1,2,4-8, each at least 1.");
    }
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  return [...new Set(ks)].sort((a, b) => a - b);
}

export function unevenRule(text: string): UnevenRule {
  const rule = UNEVEN_RULES.find((name) => name === text);
  if (rule === undefined) throw new InvalidArgumentError(`expected one of ${UNEVEN_RULES.join(", ")}.`);
  return rule;
}
