// Milliseconds to text such as "1h 30m".
import { UNITS } from "./units.js";

/** At most `parts` units, the largest first; the last one is rounded, units of zero are left out. */
export function format(ms, { parts = 2 } = {}) {
  if (!Number.isFinite(ms)) throw new TypeError(`not a duration: ${ms}`);
  if (ms < 0) return `-${format(-ms, { parts })}`;
  const fits = UNITS.findIndex(([, size]) => ms >= size);
  const first = fits === -1 ? UNITS.length - 1 : fits;
  const shown = UNITS.slice(first, first + parts);
  let rest = ms;
  const counts = shown.map(([name, size], index) => {
    const exact = rest / size;
    const count = index === shown.length - 1 ? Math.round(exact) : Math.floor(exact);
    rest -= count * size;
    return [count, name];
  });
  const text = counts.filter(([count]) => count > 0).map(([count, name]) => `${count}${name}`);
  return text.join(" ") || "0s";
}
