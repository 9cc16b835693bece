// One step. What is long is folded to its first lines; a match of the search opens it.
import { useState } from "preact/hooks";
import type { Transcript } from "../../../core/page.js";
import { count } from "../format.js";
import { ROW } from "../keys.js";
import { withoutAnsi } from "../text/ansi.js";
import { Text } from "../text/Text.js";

/** Lines and characters that a folded text shows. */
const LINES = 14;
const CHARACTERS = 2_400;

/** Characters of an unfolded text that are drawn at a time. */
const PAGE = 60_000;

interface Props {
  readonly step: Transcript["steps"][number];
  readonly index: number;
  readonly query: string;
}

export function Step({ step, index, query }: Props) {
  return (
    <article class="step" data-step={index} aria-label={`Step ${index + 1}`}>
      <h2 {...ROW} tabIndex={-1}>
        {index + 1}
      </h2>
      <div class="step-parts">
        <Part kind="thought" text={step.thought} query={query} />
        <Part kind="action" text={step.action} query={query} />
        <Part kind="observation" text={step.observation} query={query} />
      </div>
    </article>
  );
}

interface PartProps {
  readonly kind: "thought" | "action" | "observation";
  readonly text: string;
  readonly query: string;
}

function Part({ kind, text, query }: PartProps) {
  const [shown, setShown] = useState(0);
  const clean = withoutAnsi(text).replaceAll("\r\n", "\n").trimEnd();
  if (clean.trim() === "") return null;
  const folded = foldedLength(clean);
  const hit = query === "" ? -1 : clean.toLowerCase().indexOf(query.toLowerCase());
  const length = Math.min(clean.length, Math.max(shown, folded, hit === -1 ? 0 : hit + CHARACTERS));
  const rest = clean.slice(length);
  return (
    <div class={`part ${kind}`}>
      <span class="label">{kind}</span>
      <pre>
        <Text value={clean.slice(0, length)} query={query} />
      </pre>
      {rest !== "" && (
        <button type="button" class="more" onClick={() => setShown(length + PAGE)}>
          {restText(rest)}
        </button>
      )}
      {rest === "" && shown > 0 && clean.length > folded && (
        <button type="button" class="more" onClick={() => setShown(0)}>
          fold
        </button>
      )}
    </div>
  );
}

function foldedLength(text: string): number {
  let at = -1;
  for (let line = 0; line < LINES; line++) {
    at = text.indexOf("\n", at + 1);
    if (at === -1) break;
  }
  const end = at === -1 ? text.length : at;
  // Folding away less than a third is more trouble than it saves.
  const cut = Math.min(end, CHARACTERS);
  return text.length - cut < cut / 3 ? text.length : cut;
}

function restText(rest: string): string {
  const lines = rest.split("\n").length - 1;
  return lines > 1 ? `${count(lines)} more lines` : `${count(rest.length)} more characters`;
}
