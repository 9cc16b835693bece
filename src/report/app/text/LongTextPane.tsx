// A long text from a part: read when shown, or said to be left out.
import type { LongText } from "../../../core/page.js";
import { bytes } from "../format.js";
import { TextLeftOut } from "../marks/LeftOut.js";
import { usePart } from "../page.js";
import { Lines } from "./Lines.js";

interface Props {
  readonly text: LongText;
  readonly label: string;
  /** Where to begin: the first line with the last part of this name, if there is one. */
  readonly find?: string;
}

export function LongTextPane({ text, label, find = "" }: Props) {
  const read = usePart(text.part);
  if (text.part === null) return <TextLeftOut text={text} />;
  if (read.status === "reading")
    return (
      <p class="empty" aria-busy="true">
        Reading {bytes(text.bytes)}…
      </p>
    );
  if (read.status === "failed") return <p class="warning">This text can't be read: {read.message}</p>;
  return <Lines key={text.part} text={read.value} label={label} find={find} />;
}
