// File names as diffs write them: quoting, prefixes and time stamps decide which path a section means.

/** The two names of a section, null for /dev/null. */
export interface NamePair {
  readonly old: string | null;
  readonly new: string | null;
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, "\\": 92 };
const LETTERS: ReadonlyMap<number, string> = new Map(Object.entries(ESCAPES).map(([letter, code]) => [code, letter]));

/**
 * Reads a name in git's C quoting, starting at the quote. Bytes that are not UTF-8 become lone surrogates U+DC80…U+DCFF
 * (as Python's surrogateescape does), so that `quoteName` can write the same bytes again. Null if the quoting is broken.
 */
export function unquoteName(text: string): { readonly name: string; readonly length: number } | null {
  const bytes: number[] = [];
  for (let i = 1; i < text.length; i++) {
    const char = text[i] as string;
    if (char === '"') return { name: decode(bytes), length: i + 1 };
    if (char !== "\\") {
      const point = text.codePointAt(i) as number;
      bytes.push(...Buffer.from(String.fromCodePoint(point)));
      if (point > 0xffff) i++;
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(text.slice(i + 1, i + 4));
    const code = octal ? Number.parseInt(octal[0], 8) : ESCAPES[text[i + 1] ?? ""];
    if (code === undefined) return null;
    bytes.push(code);
    i += octal ? 3 : 1;
  }
  return null;
}

/** A name as git prints it with core.quotePath off: quoted only for control characters, `"`, `\` and bytes that aren't UTF-8. */
export function quoteName(name: string): string {
  let quoted = "";
  let needed = false;
  for (const char of name) {
    const code = char.codePointAt(0) as number;
    const byte = code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : code < 32 || code === 127 ? code : null;
    const letter = LETTERS.get(code);
    if (letter === undefined && byte === null) {
      quoted += char;
      continue;
    }
    needed = true;
    quoted += letter === undefined ? `\\${(byte ?? 0).toString(8).padStart(3, "0")}` : `\\${letter}`;
  }
  return needed ? `"${quoted}"` : name;
}

/** The name on a `--- ` or `+++ ` line (without those four characters), without time stamp; null for /dev/null. */
export function headerName(rest: string): string | null {
  const quoted = rest.startsWith('"') ? unquoteName(rest) : null;
  const stamp = /(?:\t|\s)((?:19|20)\d\d-\d\d-\d\d[T ]\d\d:\d\d.*)$/.exec(rest.slice(-64));
  if (stamp && /^19(?:70-01-01|69-12-31)/.test(stamp[1] as string)) return null;
  const bare = stamp ? rest.slice(0, rest.length - stamp[0].length) : rest;
  const name = quoted ? quoted.name : (bare.split("\t", 1)[0] as string).trimEnd();
  return /^(?:[ab])?\/dev\/null$/.test(name) ? null : name;
}

/** Both names on a `diff --git` line (without those eleven characters); null where the line can't be split. */
export function gitNames(rest: string): { readonly old: string; readonly new: string } | null {
  if (rest.startsWith('"')) {
    const first = unquoteName(rest);
    if (first === null) return null;
    const second = rest.slice(first.length + 1);
    return { old: first.name, new: second.startsWith('"') ? (unquoteName(second)?.name ?? second) : second };
  }
  const quote = rest.endsWith('"') ? rest.indexOf(' "') : -1;
  if (quote > 0) {
    const second = unquoteName(rest.slice(quote + 1));
    return second && { old: rest.slice(0, quote), new: second.name };
  }
  // Names that are equal but for prefixes of equal length meet in the middle: no search, whatever the names hold.
  const middle = (rest.length - 1) / 2;
  if (Number.isInteger(middle) && rest[middle] === " ") {
    const halves = { old: rest.slice(0, middle), new: rest.slice(middle + 1) };
    if (afterPrefix(halves.old) === afterPrefix(halves.new)) return halves;
  }
  const split = rest.indexOf(" b/");
  return split > 0 ? { old: rest.slice(0, split), new: rest.slice(split + 1) } : null;
}

/**
 * Paths without the prefixes a/ and b/ (or git's mnemonic ones, or any two that differ before an equal rest).
 * Names without prefixes stay whole: such a diff was made with --no-prefix or written by hand.
 */
export function withoutPrefixes(names: NamePair): NamePair {
  const { old: before, new: after } = names;
  if (before === null || after === null) {
    const only = before ?? after;
    const bare = only !== null && /^[abciow]\/./.test(only) ? only.slice(2) : only;
    return { old: before === null ? null : bare, new: after === null ? null : bare };
  }
  if (before === afterPrefix(after)) return { old: before, new: before };
  if (after === afterPrefix(before)) return { old: after, new: after };
  const known = /^[abciow12]\/./.test(before) && /^[abciow12]\/./.test(after);
  const differ = before !== after && before.includes("/") && afterPrefix(before) === afterPrefix(after);
  return known || differ ? { old: afterPrefix(before), new: afterPrefix(after) } : names;
}

function afterPrefix(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

function decode(bytes: readonly number[]): string {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString("utf8");
  if (!text.includes("\uFFFD")) return text;
  let name = "";
  for (let i = 0; i < buffer.length; ) {
    const length = [1, 2, 3, 4].find(
      (n) => !buffer.toString("utf8", i, i + n).includes("\uFFFD") && i + n <= buffer.length,
    );
    name +=
      length === undefined
        ? String.fromCharCode(0xdc00 + (buffer[i] as number))
        : buffer.toString("utf8", i, i + length);
    i += length ?? 1;
  }
  return name;
}
