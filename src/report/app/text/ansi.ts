// Terminal codes in logs: colours and weight are kept as class names, every other sequence is taken out.

export interface Styled {
  readonly text: string;
  /** Class names of a fixed set; "" for plain text. */
  readonly style: string;
}

const COLORS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

const ESCAPE = String.fromCharCode(0x1b);
const BELL = String.fromCharCode(0x07);

// CSI sequences; strings such as titles and links of terminals, up to their end; two-character escapes.
const SEQUENCE = new RegExp(
  [
    `${ESCAPE}\\[([0-?]*)[ -/]*([@-~])`,
    `${ESCAPE}[\\]PX^_][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\)?`,
    `${ESCAPE}[ -/]*[0-~]`,
  ].join("|"),
  "g",
);

interface Pen {
  color: string | null;
  bold: boolean;
  faint: boolean;
}

/** One line in runs of equal style. A line begins plain: colours don't run on from the line before. */
export function styledLine(line: string): readonly Styled[] {
  if (!line.includes(ESCAPE)) return [{ text: line, style: "" }];
  const runs: Styled[] = [];
  const pen: Pen = { color: null, bold: false, faint: false };
  let from = 0;
  const add = (text: string) => {
    if (text !== "") runs.push({ text, style: styleOf(pen) });
  };
  for (const match of line.matchAll(SEQUENCE)) {
    add(line.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === "m") draw(pen, match[1] ?? "");
  }
  add(line.slice(from));
  return runs;
}

/** The line without its codes, for searching and for measuring. */
export function withoutAnsi(text: string): string {
  return text.includes(ESCAPE) ? text.replace(SEQUENCE, "") : text;
}

function draw(pen: Pen, codes: string): void {
  const numbers = codes === "" ? [0] : codes.split(/[;:]/).map(Number);
  for (let at = 0; at < numbers.length; at++) {
    const code = numbers[at] ?? 0;
    if (code === 0) Object.assign(pen, { color: null, bold: false, faint: false });
    else if (code === 1) pen.bold = true;
    else if (code === 2) pen.faint = true;
    else if (code === 22) Object.assign(pen, { bold: false, faint: false });
    else if (code >= 30 && code <= 37) pen.color = COLORS[code - 30] ?? null;
    else if (code >= 90 && code <= 97) pen.color = COLORS[code - 90] ?? null;
    else if (code === 39) pen.color = null;
    // 38;5;n and 38;2;r;g;b, and the same of backgrounds: their numbers are no codes of their own.
    else if (code === 38 || code === 48) at += numbers[at + 1] === 5 ? 2 : 4;
  }
}

function styleOf({ color, bold, faint }: Pen): string {
  return [color === null ? "" : `ansi-${color}`, bold ? "ansi-bold" : "", faint ? "ansi-faint" : ""]
    .filter((name) => name !== "")
    .join(" ");
}
