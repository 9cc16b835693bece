// Characters that change how text around them is read, or can't be seen at all, are named instead of drawn.

export interface Piece {
  readonly text: string;
  /** Set where `text` names a character: what it is. */
  readonly control: boolean;
}

// C0 and C1 controls other than tab and line feed, soft hyphen, marks of direction, embeddings, overrides and isolates,
// invisible operators, separators of lines, the byte-order mark and tags. Joiners stay: emoji and scripts need them.
const HIDDEN: readonly (readonly [number, number])[] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x200b, 0x200b],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xe0000, 0xe007f],
];

const ALL_HIDDEN = new RegExp(`[${HIDDEN.map((range) => range.map(escaped).join("-")).join("")}]`, "gu");

/** Text in pieces; one piece where nothing is hidden in it. */
export function pieces(text: string): readonly Piece[] {
  if (text.search(ALL_HIDDEN) === -1) return [{ text, control: false }];
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(ALL_HIDDEN)) {
    if (match.index > from) found.push({ text: text.slice(from, match.index), control: false });
    found.push({ text: nameOf(match[0]), control: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from), control: false });
  return found;
}

/** For titles and labels, which hold no elements. */
export function plain(text: string): string {
  return pieces(text)
    .map((piece) => (piece.control ? `‹${piece.text}›` : piece.text))
    .join("");
}

function escaped(code: number): string {
  return `\\u{${code.toString(16)}}`;
}

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x1b) return "ESC";
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
