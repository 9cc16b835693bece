// The one door to @xenova/transformers: its tokenizer classes alone. The build bundles this file, so that the published
// package needs neither xenova nor the engines and image codecs that xenova would pull in.
import { AutoTokenizer, PreTrainedTokenizer } from "@xenova/transformers/src/tokenizers.js";

/** What is used of a xenova tokenizer. */
export interface XenovaTokenizer {
  encode(text: string, pair: null, options: { add_special_tokens: boolean }): number[];
  /** Added tokens (special ones among them) that are looked for in the text itself. */
  added_tokens: readonly { readonly content: string; readonly id: number; readonly special: boolean }[];
  added_tokens_regex: RegExp | null;
  readonly model: {
    readonly vocab: readonly string[];
    readonly tokens_to_ids: ReadonlyMap<string, number>;
    readonly unk_token_id?: number;
    /** Words already split; grows with every new word. */
    readonly cache?: Map<string, unknown>;
  };
}

/** A tokenizer from the two parsed files of a model folder. Nothing is fetched: no path or name is given to the library. */
export function newXenovaTokenizer(
  tokenizerJson: object,
  config: { readonly tokenizer_class?: string },
): XenovaTokenizer {
  const name = (config.tokenizer_class ?? "PreTrainedTokenizer").replace(/Fast$/, "");
  const Tokenizer = AutoTokenizer.TOKENIZER_CLASS_MAPPING[name] ?? PreTrainedTokenizer;
  return new Tokenizer(tokenizerJson, config);
}
