// Cuts a text in its middle by whole pieces: each piece is tokenised once, so that cutting never needs a second look.
import type { Tokenizer } from "./tokenizer.js";

/** A stretch of text, a line or so long, and its token ids. Ids of neighbours are joined as they are. */
export interface Piece {
  readonly text: string;
  readonly ids: readonly number[];
}

/** A text ready to be shortened. */
export interface PiecedText {
  readonly pieces: readonly Piece[];
  /** Tokens of all pieces. */
  readonly tokens: number;
  /** Index of the piece before which characters are missing already, or null. */
  readonly gap: number | null;
  /** How many characters are missing there; they were never tokenised. */
  readonly missingChars: number;
}

export const EMPTY_TEXT: PiecedText = { pieces: [], tokens: 0, gap: null, missingChars: 0 };

/** Longer lines are split, so that a cut costs little; a word of a megabyte would also cost the tokenizer its memory. */
const MAX_PIECE = 120;

/** Pieces of a text of which only `maxChars` are looked at, half from each end. `clean` is applied to what is kept. */
export function pieceText(
  text: string,
  maxChars: number,
  tokenizer: Tokenizer,
  clean: (text: string) => string,
): PiecedText {
  if (text.length <= maxChars) return pieced(piecesOf(clean(text), tokenizer), null, 0);
  const half = Math.max(0, Math.floor(maxChars / 2));
  const [headEnd, tailStart] = [wholeCharacter(text, half), wholeCharacter(text, text.length - half)];
  const head = piecesOf(clean(text.slice(0, headEnd)), tokenizer);
  const tail = piecesOf(clean(text.slice(tailStart)), tokenizer);
  return pieced([...head, ...tail], head.length, tailStart - headEnd);
}

/** Pieces of `text` within `allowance` tokens: all, or head and tail around `marker`, or nothing. */
export function fitText(text: PiecedText, allowance: number, marker: Piece): readonly Piece[] {
  if (text.gap === null && text.tokens <= allowance) return text.pieces;
  const room = allowance - marker.ids.length;
  if (room < 0) return [];
  const gap = text.gap ?? text.pieces.length;
  let [headEnd, used] = take(text.pieces, 0, gap, 1, Math.floor(room / 2), 0);
  let tailStart = text.pieces.length;
  [tailStart, used] = take(text.pieces, tailStart - 1, Math.max(headEnd, text.gap ?? 0) - 1, -1, room, used);
  // What the tail left over goes to the head.
  [headEnd, used] = take(text.pieces, headEnd, Math.min(gap, tailStart + 1), 1, room, used);
  return [...text.pieces.slice(0, headEnd), marker, ...text.pieces.slice(tailStart + 1)];
}

/** Walks from `start` towards `end` (excluded) while pieces fit; returns where it stopped and the tokens used. */
function take(
  pieces: readonly Piece[],
  start: number,
  end: number,
  step: 1 | -1,
  room: number,
  used: number,
): [stopped: number, used: number] {
  let index = start;
  let total = used;
  while (step === 1 ? index < end : index > end) {
    const next = total + (pieces[index] as Piece).ids.length;
    if (next > room) break;
    total = next;
    index += step;
  }
  return [index, total];
}

function pieced(pieces: readonly Piece[], gap: number | null, missingChars: number): PiecedText {
  let tokens = 0;
  for (const piece of pieces) tokens += piece.ids.length;
  return { pieces, tokens, gap, missingChars };
}

/** Ends pieces at line ends, preferably between two lines at the margin: there no token spans the cut anyway. */
function piecesOf(text: string, tokenizer: Tokenizer): Piece[] {
  const pieces: Piece[] = [];
  for (let start = 0; start < text.length; ) {
    const end = start + pieceLength(text.slice(start, start + MAX_PIECE + 1));
    const piece = text.slice(start, end);
    pieces.push({ text: piece, ids: tokenizer.encode(piece) });
    start = end;
  }
  return pieces;
}

/** Length of the first piece of `ahead`, which holds one character more than a piece may have. */
function pieceLength(ahead: string): number {
  if (ahead.length <= MAX_PIECE) return ahead.length;
  const margin = /[\s\S]*\S\n(?=\S)/.exec(ahead);
  if (margin !== null && margin[0].length > 0) return margin[0].length;
  const line = ahead.lastIndexOf("\n", MAX_PIECE - 1) + 1;
  return line > 0 ? line : wholeCharacter(ahead, MAX_PIECE);
}

/** `index`, or one less where it would split a surrogate pair. */
function wholeCharacter(text: string, index: number): number {
  const code = text.charCodeAt(index - 1);
  return index > 0 && code >= 0xd800 && code <= 0xdbff ? index - 1 : index;
}
