// The page as one HTML file: nothing in it is fetched, nothing runs but the page's own script, and all other text is base64.
import { createHash } from "node:crypto";
import { PAGE_ELEMENT, type PartRef } from "../../core/page.js";

/** The built page (`npm run build`): one script and one style sheet. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** Before the elements of data. `connect`: the page reads its data from the server that it came from. */
export function pageHead({ script, style }: PageAssets, connect: boolean): string {
  const policy = pagePolicy({ script, style }, connect);
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="referrer" content="no-referrer">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    "<title>bestk report</title>",
    `<style>${styleText(style)}</style>`,
    "</head>",
    "<body>",
    `<div id="${PAGE_ELEMENT.root}"></div>`,
    "<noscript>This report needs JavaScript; it fetches nothing.</noscript>",
    "",
  ].join("\n");
}

/** After them: the script finds the elements above it. */
export function pageEnd({ script }: PageAssets): string {
  return [`<script>${scriptText(script)}</script>`, "</body>", "</html>", ""].join("\n");
}

/** The value of the Content-Security-Policy, as `meta` and as header. */
export function pagePolicy({ script, style }: PageAssets, connect: boolean): string {
  const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const rules = [
    "default-src 'none'",
    `script-src ${hash(scriptText(script))}`,
    `style-src ${hash(styleText(style))}`,
    ...(connect ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return rules.join("; ");
}

/** One element. Base64 has none of the characters by which an element could end. */
export function dataElement(id: string, gzip: Buffer): string {
  return `<script type="${PAGE_ELEMENT.type}" id="${id}">${gzip.toString("base64")}</script>\n`;
}

export function partElementId(ref: PartRef): string {
  return `${PAGE_ELEMENT.partPrefix}${ref}`;
}

/** The script is our own; in a string of JavaScript `<\/` is `</`, and `<\!--` is `<!--`. */
function scriptText(script: string): string {
  return script.replace(/<\/(?=script)/gi, "<\\/").replaceAll("<!--", "<\\!--");
}

function styleText(style: string): string {
  return style.replace(/<\/(?=style)/gi, "<\\/");
}
