// Files that steer tests among other things: their test sections are base's, whatever a patch made of them.
import { posix } from "node:path";
import { TEST_SECTION } from "../patch/kinds.js";

const MIXED = new Set(["setup.cfg", "pyproject.toml", "package.json"]);

/** Whether a file has test sections and others. */
export function isMixedConfiguration(path: string): boolean {
  return MIXED.has(posix.basename(path));
}

/**
 * A patched file with the test sections of base. `base` is null where base has no such file; null is returned where the
 * file can't be taken apart for sure, and must be put back whole.
 */
export function withBaseTestSections(path: string, base: string | null, patched: string): string | null {
  if (posix.basename(path) === "package.json") return packageJson(base, patched);
  const known = new Set((base ?? "").split("\n"));
  const sections = sectionsOf(patched);
  const others = sections.filter(({ name }) => !isTestSection(name));
  if (others.some((section) => mayHideTests(section, known, path))) return null;
  const own = sectionsOf(base ?? "").filter(({ name }) => isTestSection(name));
  const theirs = sections.filter(({ name }) => isTestSection(name));
  if (theirs.map(({ text }) => text).join("") === own.map(({ text }) => text).join("")) return patched;
  const text = others.map((section) => section.text).join("");
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${own.map((section) => section.text).join("")}`;
}

interface Section {
  /** null before the first header. */
  readonly name: string | null;
  readonly text: string;
}

function sectionsOf(text: string): Section[] {
  const sections: { name: string | null; text: string }[] = [{ name: null, text: "" }];
  for (const line of text.split(/(?<=\n)/)) {
    const name = /^\s*\[+\s*([^\]]*?)\s*\]+/.exec(line)?.[1];
    // A continued value in an ini file is indented, and a list in TOML may be: neither is a header.
    if (name !== undefined && /^\[+[^\]]+\]+\s*(?:[#;].*)?$/.test(line.trim())) sections.push({ name, text: line });
    else (sections.at(-1) as { text: string }).text += line;
  }
  return sections.filter((section) => section.text !== "");
}

function isTestSection(name: string | null): boolean {
  return name !== null && TEST_SECTION.test(name.replace(/\s*\.\s*/g, "."));
}

/** TOML can name a table in other ways than by a plain header: what is new there and could is not believed. */
function mayHideTests({ name, text }: Section, known: ReadonlySet<string>, path: string): boolean {
  if (!path.endsWith(".toml")) return false;
  const fresh = text.split("\n").filter((line) => !known.has(line));
  const header = fresh.find((line) => line.trim().startsWith("["));
  if (header !== undefined && name !== null && /["'\\]/.test(name)) return true;
  if (name === null || name === "tool") return fresh.some((line) => /[=.]/.test(line.replace(/#.*/, "")));
  return false;
}

const TEST_KEYS = /^(?:jest|mocha|ava|tap|nyc|c8|vitest|karma|cypress)$/;
const TEST_SCRIPT = /^(?:pre|post)?test(?:[:-].*)?$/;

function packageJson(base: string | null, patched: string): string | null {
  try {
    const before = asObject(base === null ? {} : JSON.parse(base));
    const after = asObject(JSON.parse(patched));
    const scripts = swapped(asObject(before.scripts ?? {}), asObject(after.scripts ?? {}), TEST_SCRIPT);
    const mended = swapped(before, Object.keys(scripts).length === 0 ? after : { ...after, scripts }, TEST_KEYS);
    return JSON.stringify(mended) === JSON.stringify(after) ? patched : `${JSON.stringify(mended, null, 2)}\n`;
  } catch {
    return null;
  }
}

function swapped(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  keys: RegExp,
): Record<string, unknown> {
  const kept = Object.entries(after).map(([key, value]) => [key, keys.test(key) ? before[key] : value]);
  const gone = Object.entries(before).filter(([key]) => keys.test(key) && !(key in after));
  return Object.fromEntries([...kept, ...gone].filter(([, value]) => value !== undefined));
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new TypeError("not an object");
  return value as Readonly<Record<string, unknown>>;
}
