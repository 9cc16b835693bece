// "Did you mean": an unknown name answers with the nearest known ones.

/** Known names within a third of the word's length in edits, nearest first, at most three. */
export function nearest(word: string, known: readonly string[]): string[] {
  const limit = Math.max(2, Math.ceil(word.length / 3));
  return [...new Set(known)]
    .map((name) => ({ name, distance: distanceTo(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Names in one hint: hundreds of instance ids help nobody. */
const MOST_NAMES = 20;

/** A sentence for a hint: "did you mean X or Y?", or the list (its start, where it is long) where nothing is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const names = nearest(word, known);
  if (names.length > 0) return `did you mean ${names.join(" or ")}?`;
  const all = [...new Set(known)];
  const more = all.length > MOST_NAMES ? ` and ${all.length - MOST_NAMES} more` : "";
  return `known: ${all.slice(0, MOST_NAMES).join(", ")}${more}`;
}

/** Levenshtein distance; a prefix counts as near. */
function distanceTo(a: string, b: string): number {
  if (a.length > 2 && b.startsWith(a)) return 1;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
