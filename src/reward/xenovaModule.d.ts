// Types of the deep import, which has none of its own: the package declares them for its main entry only.
declare module "@xenova/transformers/src/tokenizers.js" {
  type Tokenizer = import("./xenova.js").XenovaTokenizer;
  type TokenizerClass = new (tokenizerJson: object, config: object) => Tokenizer;
  export const PreTrainedTokenizer: TokenizerClass;
  export const AutoTokenizer: { readonly TOKENIZER_CLASS_MAPPING: Readonly<Record<string, TokenizerClass>> };
}
