// What the bundled tokenizer gets in place of an inference engine: nothing, because sessions live in session.ts alone.

/** Stand for the exports of the same names that xenova reads at import. */
export const env = undefined;
export const Tensor = undefined;
