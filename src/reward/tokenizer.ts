// Text to token ids, for counting and for text heads. All of a trajectory is untrusted: no text ever becomes a special token.
import { BestkError, messageOf } from "../core/errors.js";
import { newXenovaTokenizer, type XenovaTokenizer } from "./xenova.js";

/** The seam behind which the tokenizer library can be changed. */
export interface Tokenizer {
  /** Ids of ordinary tokens only: "</s>" in the text is six ordinary characters. Pure. */
  encode(text: string): readonly number[];
  /** Id of a special token by its exact content, for templates; null if there is none. */
  specialId(content: string): number | null;
}

/** Above this many remembered words the library's cache is dropped, so that memory doesn't grow with the input. */
const CACHE_LIMIT = 50_000;

/**
 * A tokenizer from parsed `tokenizer.json` and `tokenizer_config.json`.
 * Throws BestkError `configuration`, naming `source`, where the library can't read them.
 */
export function createTokenizer(tokenizerJson: unknown, config: unknown, source: string): Tokenizer {
  const library = load(tokenizerJson, config, source);
  const specials = new Map(library.added_tokens.map((token) => [token.content, token.id]));
  const forbidden = new Set(library.added_tokens.filter((token) => token.special).map((token) => token.id));
  if (library.model.unk_token_id !== undefined) forbidden.delete(library.model.unk_token_id);
  // Without these two the library no longer looks for added tokens in the text.
  library.added_tokens = [];
  library.added_tokens_regex = null;
  return {
    encode: (text) => {
      const ids = library.encode(text, null, { add_special_tokens: false });
      if ((library.model.cache?.size ?? 0) > CACHE_LIMIT) library.model.cache?.clear();
      // A vocabulary that spells a special token as an ordinary piece (Unigram does) could still yield one.
      return ids.some((id) => forbidden.has(id)) ? ids.filter((id) => !forbidden.has(id)) : ids;
    },
    specialId: (content) => specials.get(content) ?? null,
  };
}

function load(tokenizerJson: unknown, config: unknown, source: string): XenovaTokenizer {
  try {
    return newXenovaTokenizer(withStringMerges(tokenizerJson), objectOf(config));
  } catch (thrown) {
    throw new BestkError("configuration", `${source}: the tokenizer can't be read (${messageOf(thrown)})`, {
      hint: "it must be a tokenizer.json as Hugging Face's tokenizers writes it, with its tokenizer_config.json",
      cause: thrown,
    });
  }
}

/** Newer tokenizer.json files write merges as pairs; the library knows only "a b". */
function withStringMerges(tokenizerJson: unknown): object {
  const json = objectOf(tokenizerJson) as { model?: { merges?: unknown } };
  const merges = json.model?.merges;
  if (!Array.isArray(merges)) return json;
  return { ...json, model: { ...json.model, merges: merges.map((m) => (Array.isArray(m) ? m.join(" ") : m)) } };
}

function objectOf(value: unknown): object {
  if (typeof value !== "object" || value === null) throw new TypeError("expected a JSON object");
  return value;
}
