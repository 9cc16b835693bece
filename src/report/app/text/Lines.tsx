// Lines of a log: only those in sight are drawn, terminal codes become colours, very long lines are cut until asked for.
import { useEffect, useMemo, useState } from "preact/hooks";
import { count, counted } from "../format.js";
import { SEARCH } from "../keys.js";
import { styledLine, withoutAnsi } from "./ansi.js";
import { splitAtMatches } from "./matches.js";
import { Text } from "./Text.js";
import { useWindow } from "./useWindow.js";

const LINE_HEIGHT = 18;

/** Characters of a line that are drawn at first, and how many more at a time in the pane of one line. */
const CUT = 400;
const PAGE = 20_000;

interface Props {
  readonly text: string;
  readonly label: string;
  readonly find: string;
}

export function Lines({ text, label, find }: Props) {
  const lines = useMemo(() => linesOf(text), [text]);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const [whole, setWhole] = useState<number | null>(null);
  const hits = useMemo(() => hitsOf(lines, query), [lines, query]);
  const { frame, start, end, above, below, show } = useWindow(lines.length, LINE_HEIGHT);
  const hit = hits[at];
  useEffect(() => {
    if (hit !== undefined) show(hit);
  }, [hit]);
  useEffect(() => {
    const first = placeOfName(lines, find);
    if (first !== null && frame.current !== null) frame.current.scrollTop = Math.max(0, first - 2) * LINE_HEIGHT;
  }, [lines, find]);
  const turn = (by: number) => setAt(hits.length === 0 ? 0 : (at + by + hits.length) % hits.length);
  const digits = String(lines.length).length;
  return (
    <div class="lines-pane">
      <div class="toolbar small">
        <input
          {...SEARCH}
          type="search"
          placeholder="Search in the text  /"
          aria-label={`Search in: ${label}`}
          value={query}
          onInput={(event) => {
            setQuery(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            turn(event.shiftKey ? -1 : 1);
          }}
        />
        {query !== "" && (
          <>
            <span class="soft" role="status">
              {hits.length === 0 ? "nowhere" : `line ${at + 1} of ${count(hits.length)}`}
            </span>
            <button
              type="button"
              class="quiet"
              onClick={() => turn(-1)}
              disabled={hits.length === 0}
              aria-label="Previous match"
            >
              ↑
            </button>
            <button
              type="button"
              class="quiet"
              onClick={() => turn(1)}
              disabled={hits.length === 0}
              aria-label="Next match"
            >
              ↓
            </button>
          </>
        )}
        <span class="spring" />
        <span class="soft">{counted(lines.length, "line")}</span>
      </div>
      {whole !== null && <WholeLine number={whole} line={lines[whole] ?? ""} onClose={() => setWhole(null)} />}
      <section ref={frame} class="lines" tabIndex={0} aria-label={label}>
        <div style={{ height: `${above}px` }} />
        {lines.slice(start, end).map((line, offset) => (
          <Line
            key={start + offset}
            number={start + offset}
            digits={digits}
            line={line}
            query={query}
            current={hit === start + offset}
            onWhole={setWhole}
          />
        ))}
        <div style={{ height: `${below}px` }} />
      </section>
    </div>
  );
}

interface LineProps {
  readonly number: number;
  readonly digits: number;
  readonly line: string;
  readonly query: string;
  readonly current: boolean;
  readonly onWhole: (number: number) => void;
}

function Line({ number, digits, line, query, current, onWhole }: LineProps) {
  const cut = line.length > CUT;
  const runs = splitAtMatches(styledLine(cut ? line.slice(0, CUT) : line), query);
  return (
    <div class={current ? "line current" : "line"}>
      <span class="line-number">{String(number + 1).padStart(digits)}</span>
      <span>
        {runs.map((run, index) => {
          const text = <Text value={run.text} />;
          return (
            <span key={index} class={run.style}>
              {run.hit ? <mark>{text}</mark> : text}
            </span>
          );
        })}
        {cut && (
          <button type="button" class="more" onClick={() => onWhole(number)}>
            … {count(line.length - CUT)} more characters
          </button>
        )}
      </span>
    </div>
  );
}

interface WholeProps {
  readonly number: number;
  readonly line: string;
  readonly onClose: () => void;
}

/** One very long line by itself, wrapped, a page at a time. */
function WholeLine({ number, line, onClose }: WholeProps) {
  const [page, setPage] = useState(0);
  const text = withoutAnsi(line);
  const pages = Math.ceil(text.length / PAGE);
  const now = Math.min(page, Math.max(0, pages - 1));
  return (
    <div class="whole-line">
      <div class="toolbar small">
        <b>Line {count(number + 1)}</b>
        <span class="soft">{count(text.length)} characters</span>
        {pages > 1 && (
          <>
            <button type="button" class="quiet" disabled={now === 0} onClick={() => setPage(now - 1)}>
              back
            </button>
            <span class="soft">
              {now + 1} / {count(pages)}
            </span>
            <button type="button" class="quiet" disabled={now === pages - 1} onClick={() => setPage(now + 1)}>
              on
            </button>
          </>
        )}
        <span class="spring" />
        <button type="button" class="quiet" onClick={onClose}>
          Close
        </button>
      </div>
      <pre tabIndex={0}>
        <Text value={text.slice(now * PAGE, (now + 1) * PAGE)} />
      </pre>
    </div>
  );
}

/** Progress bars overwrite their line: what the terminal showed last is what stays. */
function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return text.includes("\r") ? lines.map((line) => line.replace(/\r+$/, "")) : lines;
}

function hitsOf(lines: readonly string[], query: string): readonly number[] {
  if (query === "") return [];
  const needle = query.toLowerCase();
  return lines.flatMap((line, index) => (withoutAnsi(line).toLowerCase().includes(needle) ? [index] : []));
}

/** The last line that names the test is where runners print its failure or its result. */
function placeOfName(lines: readonly string[], name: string): number | null {
  const last = name.split(/::| > |\//).at(-1) ?? "";
  if (last.length < 4) return null;
  const at = lines.findIndex((line) => line.includes(last));
  return at === -1 ? null : at;
}
