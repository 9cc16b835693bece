import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readLines, readText, writeAtomic } from "../../src/core/io.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-io-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function linesOf(content: string | Uint8Array, name = "file"): Promise<string[]> {
  const path = join(folder, name);
  await writeFile(path, content);
  const lines: string[] = [];
  for await (const { number, text } of readLines(path)) {
    expect(number).toBe(lines.length + 1);
    lines.push(text);
  }
  return lines;
}

describe("readLines", () => {
  it("splits at line feeds alone, with or without a last one, and drops CR and a byte order mark", async () => {
    expect(await linesOf("\uFEFFa\r\nb\u2028c\n\n\uFEFFd")).toEqual(["a", "b\u2028c", "", "\uFEFFd"]);
    expect(await linesOf("a\n")).toEqual(["a"]);
    expect(await linesOf("")).toEqual([]);
  });

  it("keeps lines and characters whole that are longer than a chunk, plain or gzipped", async () => {
    const long = "ü".repeat(300_001);
    const text = `x${long}\n${long}y\n`;
    expect(await linesOf(text)).toEqual([`x${long}`, `${long}y`]);
    expect(await linesOf(gzipSync(text), "named-without-gz")).toEqual([`x${long}`, `${long}y`]);
  });

  it("gives every line back as it was written", async () => {
    const line = fc.string({ unit: "grapheme", maxLength: 20 }).filter((text) => !/[\n\r]|^\uFEFF/.test(text));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 10 }), async (lines) => {
        expect(await linesOf(lines.map((text) => `${text}\n`).join(""))).toEqual(lines);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ["a missing file", async () => join(folder, "nowhere"), /nowhere: no such file/],
    ["a folder", async () => folder, /is a folder/],
    [
      "damaged gzip data",
      async () => {
        await writeFile(join(folder, "cut.gz"), gzipSync("x".repeat(9_999)).subarray(0, 30));
        return join(folder, "cut.gz");
      },
      /cut\.gz: damaged gzip data/,
    ],
  ])("says what is wrong with %s", async (_, pathOf, message) => {
    await expect(readText(await pathOf())).rejects.toMatchObject({
      code: "input",
      message: expect.stringMatching(message),
    });
  });
});

describe("writeAtomic", () => {
  it("replaces a file and leaves nothing beside it", async () => {
    const path = join(folder, "file");
    await writeAtomic(path, "old");
    await writeAtomic(path, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await readdir(folder)).toEqual(["file"]);
  });
});
