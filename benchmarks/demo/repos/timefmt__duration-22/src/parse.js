// Text such as "1h 30m" to milliseconds.
import { UNITS } from "./units.js";

const SIZES = new Map(UNITS);

/** Milliseconds. Throws TypeError for text without a unit. */
export function parse(text) {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([dhms])/g)];
  if (parts.length === 0) throw new TypeError(`not a duration: ${text}`);
  return parts.reduce((sum, [, count, name]) => sum + Number(count) * SIZES.get(name), 0);
}
