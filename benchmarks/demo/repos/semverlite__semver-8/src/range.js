// Ranges: each comparator becomes a lower and an upper bound.
import { compare, parse } from "./version.js";

/** Whether a version is inside a range such as "^1.2.3", "~1.2.3", ">=1.0.0 <2.0.0" or "1.0.0 || 2.0.0". */
export function satisfies(version, range) {
  return range.split("||").some((alternative) =>
    alternative
      .trim()
      .split(/\s+/)
      .every((comparator) => matches(version, comparator)),
  );
}

/** The highest of the versions inside the range, or null. */
export function maxSatisfying(versions, range) {
  const inside = versions.filter((version) => satisfies(version, range));
  return inside.sort(compare).at(-1) ?? null;
}

function matches(version, comparator) {
  const [, operator, operand] = /^(\^|~|>=|<=|>|<|=)?\s*(.+)$/.exec(comparator);
  switch (operator) {
    case "^":
      return between(version, operand, caretLimit(operand));
    case "~":
      return between(version, operand, tildeLimit(operand));
    case ">=":
      return compare(version, operand) >= 0;
    case "<=":
      return compare(version, operand) <= 0;
    case ">":
      return compare(version, operand) > 0;
    case "<":
      return compare(version, operand) < 0;
    default:
      return compare(version, operand) === 0;
  }
}

function between(version, low, high) {
  return compare(version, low) >= 0 && compare(version, high) < 0;
}

function caretLimit(operand) {
  const [major] = parse(operand);
  return `${major + 1}.0.0`;
}

function tildeLimit(operand) {
  const [major, minor] = parse(operand);
  return `${major}.${minor + 1}.0`;
}
