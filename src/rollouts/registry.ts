// Which scaffold formats are known, in the order in which they are asked: where two overlap, the stricter one comes first.
import type { Adapter, FormatName } from "./adapter.js";

/** Every adapter by its format. Adding one is an import and a line here. */
export const ADAPTERS = {} satisfies Partial<Record<FormatName, Adapter>>;
