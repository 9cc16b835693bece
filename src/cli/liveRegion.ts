// A few lines at the bottom of a terminal that are drawn again in place: one write a frame, and no mode that a kill could leave on.

import { displayWidth } from "./displayWidth.js";

/** The part of a terminal's stream that is used. */
export interface TtyStream {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** Lines that stay below everything that is printed. */
export interface LiveRegion {
  /** Draws these lines in place of the last ones; equal ones cost nothing. Each must fit in the terminal's width. */
  show(lines: readonly string[]): void;
  /** Prints whole lines above. */
  print(text: string): void;
  /** Takes the lines away; `show` brings them back. */
  clear(): void;
  /** Something else has moved the cursor (the program was stopped and goes on): what stands there is left alone. */
  forget(): void;
}

const ESC = "\u001b";
/** A terminal that knows it shows the whole frame at once; others ignore it. */
const [BEGIN, END] = [`${ESC}[?2026h`, `${ESC}[?2026l`];

/** The cursor stays in the first column below the lines, so that a killed program leaves a usable prompt. */
export function liveRegion(stream: TtyStream): LiveRegion {
  let shown: readonly string[] = [];
  let widths: readonly number[] = [];
  let columns = stream.columns ?? 80;
  /** To the first column of the first line. Terminals wrap what is too long after they were made narrower. */
  const home = (): string => {
    const now = stream.columns ?? 80;
    const rows = widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / now)), 0);
    columns = now;
    return `\r${rows > 0 ? `${ESC}[${rows}A` : ""}`;
  };
  const body = (lines: readonly string[]): string => lines.map((line) => `${line}${ESC}[K\n`).join("");
  const remember = (lines: readonly string[]): void => {
    shown = lines;
    widths = lines.map((line) => visibleWidth(line));
  };
  return {
    show: (lines) => {
      const isSame = lines.length === shown.length && lines.every((line, index) => line === shown[index]);
      const isResized = columns !== (stream.columns ?? 80);
      if (isSame && !isResized) return;
      // Some terminals remember where a line was wrapped by a resize until it is cleared: they would join it with the next.
      stream.write(`${BEGIN}${home()}${isResized ? `${ESC}[J` : ""}${body(lines)}${ESC}[J${END}`);
      remember(lines);
    },
    print: (text) => {
      if (shown.length === 0) return void stream.write(`${text}\n`);
      stream.write(`${BEGIN}${home()}${ESC}[J${text}\n${body(shown)}${END}`);
    },
    clear: () => {
      if (shown.length > 0) stream.write(`${home()}${ESC}[J`);
      remember([]);
    },
    forget: () => remember([]),
  };
}

const COLOURS = new RegExp(`${ESC}\\[[\\d;]*m`, "g");

function visibleWidth(line: string): number {
  return displayWidth(line.replace(COLOURS, ""));
}
