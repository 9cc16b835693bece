// The fenced blocks of README and docs/, so that what they tell people to run is run.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./program.js";

export interface Block {
  /** Relative to the repository. */
  readonly file: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  /** Words of the info string: the language first. */
  readonly info: readonly string[];
  readonly text: string;
}

export const PAGES: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

export function blocksOf(file: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly line: number; readonly info: readonly string[]; readonly lines: string[] } | null = null;
  for (const [index, text] of readFileSync(join(ROOT, file), "utf8").split("\n").entries()) {
    const fence = /^```(.*)$/.exec(text);
    if (fence === null) open?.lines.push(text);
    else if (open === null) open = { line: index + 1, info: (fence[1] ?? "").trim().split(/\s+/), lines: [] };
    else {
      blocks.push({ file, line: open.line, info: open.info, text: `${open.lines.join("\n")}\n` });
      open = null;
    }
  }
  if (open !== null) throw new Error(`${file}:${open.line}: a fence that is not closed`);
  return blocks;
}

/** A block by its `example=<name>`. */
export function exampleNamed(file: string, name: string): string {
  const found = blocksOf(file).find(({ info }) => info.includes(`example=${name}`));
  if (found === undefined) throw new Error(`${file} has no example=${name}`);
  return found.text;
}
