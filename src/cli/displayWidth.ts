// How many columns of a terminal a text takes, and cutting it to fit.

const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{1F300}-\u{1FAFF}]|[\u{20000}-\u{3FFFD}]/u;

/** Columns of a text without colours: names may hold letters that take two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) width += /\p{Mn}/u.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
  return width;
}

/** A text without colours, cut with an ellipsis where it has more columns. */
export function cutTo(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  if (columns < 1) return "";
  let kept = "";
  for (const char of text) {
    if (displayWidth(kept) + displayWidth(char) > columns - 1) break;
    kept += char;
  }
  return `${kept}…`;
}
