// `--only` and `--limit` over anything that belongs to an instance.
import { BestkError } from "../core/errors.js";
import { didYouMean } from "../core/nearest.js";
import { compareNatural } from "../core/order.js";

export interface InstanceFilter {
  readonly only?: readonly string[];
  /** Takes the first so many instances, in natural order. */
  readonly limit?: number;
}

/** Items of the wanted instances. Throws BestkError `usage` for an instance that is not there. */
export function onlyOf<T extends { readonly instanceId: string }>(
  items: readonly T[],
  filter: InstanceFilter,
): readonly T[] {
  const known = [...new Set(items.map(({ instanceId }) => instanceId))].sort(compareNatural);
  for (const id of filter.only ?? []) {
    if (!known.includes(id))
      throw new BestkError("usage", `--only ${id}: no such instance`, { hint: didYouMean(id, known) });
  }
  const wanted = new Set(known.filter((id) => filter.only?.includes(id) ?? true).slice(0, filter.limit));
  return items.filter(({ instanceId }) => wanted.has(instanceId));
}
