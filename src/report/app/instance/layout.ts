// Side by side where there is room for it, in one column elsewhere, until the reader says otherwise.
import type { Place } from "../place.js";

/** Two columns of code below this many pixels are two columns of fragments. */
const ROOM = 900;

export function isUnified({ params }: Place): boolean {
  if (params.layout === "unified" || params.layout === "split") return params.layout === "unified";
  return innerWidth < ROOM;
}
