// Tables for people: columns as wide as their content, long cells cut, control characters made visible.
import { stripVTControlCharacters } from "node:util";

const MAX_CELL = 160;

/** Lines of a table with a header row; numbers are aligned right. */
export function formatTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [header, ...rows].map((row) => row.map((cell) => clean(String(cell))));
  const widths = header.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const isNumeric = header.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"));
  const lines = cells.map((row) =>
    row
      .map((cell, column) =>
        isNumeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

/** Like `clean` for a text of several lines: line breaks and tabs stay, and nothing is cut. */
export function cleanLines(text: string): string {
  return text
    .split(/(\r?\n|\t)/)
    .map((part, index) => (index % 2 === 1 ? part : clean(part, Number.POSITIVE_INFINITY)))
    .join("");
}

/** Text from rollouts is untrusted: no escape sequence or line break of it reaches the terminal. */
export function clean(text: string, limit = MAX_CELL): string {
  const plain = stripVTControlCharacters(text).replace(/[\p{Cc}\p{Cf}]/gu, "·");
  return plain.length > limit ? `${plain.slice(0, limit - 1)}…` : plain;
}
