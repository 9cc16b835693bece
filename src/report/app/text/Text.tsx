// Every text from a rollout goes through here: it becomes text nodes, with hidden characters named and matches marked.
import { pieces } from "./visible.js";

interface Props {
  readonly value: string;
  /** Marks where this occurs, in whatever case. */
  readonly query?: string;
}

export function Text({ value, query = "" }: Props) {
  const found = pieces(value);
  if (found.length === 1 && query === "" && !found[0]?.control) return <>{value}</>;
  return (
    <>
      {found.map((piece, index) =>
        piece.control ? (
          <span key={index} class="hidden-character" title="A character that can't be seen">
            {piece.text}
          </span>
        ) : (
          <Marked key={index} text={piece.text} query={query} />
        ),
      )}
    </>
  );
}

function Marked({ text, query }: { readonly text: string; readonly query: string }) {
  if (query === "") return <>{text}</>;
  const runs = marked(text, query);
  return <>{runs.map((run, index) => (run.hit ? <mark key={index}>{run.text}</mark> : run.text))}</>;
}

function marked(text: string, query: string): readonly { readonly text: string; readonly hit: boolean }[] {
  const haystack = text.toLowerCase();
  const needle = query.toLowerCase();
  // Some letters change their length with their case; then positions don't agree, and nothing is marked.
  if (haystack.length !== text.length) return [{ text, hit: false }];
  const runs: { text: string; hit: boolean }[] = [];
  let from = 0;
  for (let at = haystack.indexOf(needle); at !== -1; at = haystack.indexOf(needle, from)) {
    if (at > from) runs.push({ text: text.slice(from, at), hit: false });
    runs.push({ text: text.slice(at, at + needle.length), hit: true });
    from = at + needle.length;
  }
  if (from < text.length) runs.push({ text: text.slice(from), hit: false });
  return runs;
}
