// Figures as people read them: always the same number of digits, and a true minus.
import type { PageFigure } from "../../core/page.js";

/** A share as per cent with one digit: "76.3". */
export function percent(share: number): string {
  return signed((100 * share).toFixed(1));
}

/** " [72.3, 80.3]", or nothing where there is no interval. */
export function interval({ low, high }: PageFigure): string {
  return low === null || high === null ? "" : `[${percent(low)}, ${percent(high)}]`;
}

export function count(value: number): string {
  return signed(value.toLocaleString("en"));
}

/** "1 instance", "2 instances". */
export function counted(value: number, word: string): string {
  return `${count(value)} ${word}${value === 1 ? "" : "s"}`;
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 1e6) return `${(value / 1e3).toFixed(value < 1e4 ? 1 : 0)} kB`;
  return `${(value / 1e6).toFixed(1)} MB`;
}

/** "0.4 s", "12 s", "3 min 20 s", "5 h 12 min". */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return `${count(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** At most three digits after the point, none that say nothing. */
export function decimal(value: number): string {
  return signed(String(Number(value.toFixed(3))));
}

export function pValue(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(p < 0.1 ? 3 : 2)}`;
}

/** The last part of a hash: "sha256:4f2a9c…" is "4f2a9c12". */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, "").slice(0, 8);
}

function signed(text: string): string {
  return text.replace(/^-/, "\u2212");
}
