// How each curve is drawn: colours that the colour-blind tell apart, each with a dash of its own, so that print does too.

export interface Stroke {
  /** Class that sets the colour, by theme. */
  readonly name: string;
  readonly dash: string;
}

const DASHES = ["none", "7 3", "2 3", "9 3 2 3", "4 2", "12 4"] as const;

export function strokeOf(curve: string, index: number): Stroke {
  if (curve === "oracle") return { name: "series-oracle", dash: "1 3" };
  if (curve === "random") return { name: "series-random", dash: "5 4" };
  const round = Math.floor(index / DASHES.length);
  return { name: `series-${index % DASHES.length}`, dash: DASHES[(index + round) % DASHES.length] ?? "none" };
}
