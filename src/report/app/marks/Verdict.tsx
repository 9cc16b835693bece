// Whether a rollout is right, by symbol, word and colour.

interface Props {
  readonly resolved: boolean | null;
  readonly missed?: boolean;
  readonly unsolvable?: boolean;
  /** The symbol alone; the word is kept for those who don't see it. */
  readonly short?: boolean;
}

export function Verdict({ resolved, missed = false, unsolvable = false, short = false }: Props) {
  const [symbol, word, kind] = verdict(resolved, missed, unsolvable);
  return (
    <span class={`verdict ${kind}`} title={short ? word : undefined}>
      <span class="symbol" aria-hidden="true">
        {symbol}
      </span>
      <span class={short ? "sr-only" : ""}>{word}</span>
    </span>
  );
}

function verdict(resolved: boolean | null, missed: boolean, unsolvable: boolean): readonly [string, string, string] {
  if (resolved === null) return ["?", "unknown", "unknown"];
  if (resolved) return ["✓", "resolved", "right"];
  if (missed) return ["✗", "missed", "missed"];
  return ["✗", unsolvable ? "unsolvable" : "not resolved", "wrong"];
}
