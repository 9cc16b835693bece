// Hunks as rows, in two columns or in one. Long diffs come in portions; whitespace can be drawn.
import { useState } from "preact/hooks";
import { count } from "../format.js";
import { usePage } from "../page.js";
import { Text } from "../text/Text.js";
import { plain } from "../text/visible.js";
import { type DiffLine, type DiffRow, type Hunk, unifiedLines } from "./diffModel.js";

/** Rows that are drawn at first, and how many more at a time. */
const PORTION = 600;

/** Characters of a line that are drawn; the rest is counted. */
const CUT = 2_000;

interface Props {
  readonly hunks: readonly Hunk[];
  readonly unified: boolean;
  readonly label: string;
}

export function DiffTable({ hunks, unified, label }: Props) {
  const [limit, setLimit] = useState(PORTION);
  const all = hunks.reduce((sum, { rows }) => sum + rows.length, 0);
  let left = limit;
  return (
    <>
      <section class="diff-frame" tabIndex={0} aria-label={plain(label)}>
        <table class={unified ? "diff unified" : "diff split"}>
          <colgroup>
            {(unified ? ["number", "number", "text"] : ["number", "text", "number", "text"]).map((kind, index) => (
              <col key={index} class={kind} />
            ))}
          </colgroup>
          <tbody>
            {hunks.map((hunk, index) => {
              const rows = hunk.rows.slice(0, Math.max(0, left));
              left -= hunk.rows.length;
              return rows.length === 0 ? null : (
                <HunkRows key={index} header={hunk.header} rows={rows} unified={unified} />
              );
            })}
          </tbody>
        </table>
      </section>
      {all > limit && (
        <button type="button" class="more" onClick={() => setLimit(limit + 4 * PORTION)}>
          {count(all - limit)} more lines
        </button>
      )}
    </>
  );
}

function HunkRows({
  header,
  rows,
  unified,
}: {
  readonly header: string;
  readonly rows: readonly DiffRow[];
  readonly unified: boolean;
}) {
  return (
    <>
      {header !== "" && (
        <tr class="hunk">
          <td colSpan={unified ? 3 : 4}>{header}</td>
        </tr>
      )}
      {unified
        ? unifiedLines(rows).map(({ line, old, now }, index) => (
            <tr key={index}>
              <td class="line-number">{old}</td>
              <td class="line-number">{now}</td>
              <Code line={line} />
            </tr>
          ))
        : rows.map(({ left, right }, index) => (
            <tr key={index}>
              <td class="line-number">{left?.number}</td>
              <Code line={left} />
              <td class="line-number">{right?.number}</td>
              <Code line={right} />
            </tr>
          ))}
    </>
  );
}

const SIGN = { context: " ", removed: "−", added: "+" } as const;

function Code({ line }: { readonly line: DiffLine | null }) {
  const { place } = usePage();
  if (line === null) return <td class="code absent" />;
  const spaces = place.params.spaces !== undefined;
  const length = line.words.reduce((sum, { text }) => sum + text.length, 0);
  const words =
    length > CUT
      ? [
          {
            text: line.words
              .map(({ text }) => text)
              .join("")
              .slice(0, CUT),
            changed: false,
          },
        ]
      : line.words;
  return (
    <td class={`code ${line.kind}`}>
      <span class="sign" aria-hidden="true">
        {SIGN[line.kind]}
      </span>
      {line.kind !== "context" && <span class="sr-only">{line.kind}: </span>}
      {words.map((word, index) => {
        const last = index === words.length - 1;
        const ending = line.kind === "added" && last ? (/[ \t\r]+$/.exec(word.text)?.[0] ?? "") : "";
        const text = word.text.slice(0, word.text.length - ending.length);
        return (
          <span key={index} class={word.changed ? "changed" : ""}>
            <Text value={spaces ? drawn(text) : text} />
            {ending !== "" && (
              <span class="trailing" title="Whitespace at the end of the line">
                {drawn(ending)}
              </span>
            )}
          </span>
        );
      })}
      {length > CUT && <span class="soft"> … {count(length - CUT)} more characters</span>}
    </td>
  );
}

function drawn(text: string): string {
  return text.replaceAll(" ", "·").replaceAll("\t", "→\t");
}
