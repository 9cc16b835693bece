// How alike two patches are: the share of what either changes that both do.

/** Jaccard index of two lists of distinct hashes, in [0, 1]. Two patches without a token are alike. */
export function jaccard(a: readonly number[], b: readonly number[]): number {
  const own = new Set(a);
  const shared = b.filter((hash) => own.has(hash)).length;
  const union = own.size + b.length - shared;
  return union === 0 ? 1 : shared / union;
}
