// Every text from a rollout goes through here: it becomes text nodes, with hidden characters named and matches marked.
import { splitAtMatches } from "./matches.js";
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
  const runs = splitAtMatches([{ text, style: "" }], query);
  return <>{runs.map((run, index) => (run.hit ? <mark key={index}>{run.text}</mark> : run.text))}</>;
}
