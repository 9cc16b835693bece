// What the page does to texts of rollouts before they are drawn: codes taken out, hidden characters named, matches found.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { styledLine, withoutAnsi } from "../../src/report/app/text/ansi.js";
import { splitAtMatches } from "../../src/report/app/text/matches.js";
import { pieces, plain } from "../../src/report/app/text/visible.js";

const ESC = String.fromCharCode(0x1b);

/** Strings that are likely to hold sequences, whole and torn. */
const codes = fc
  .array(fc.oneof(fc.constantFrom(ESC, "[", "]", "31m", "0m", "8;;", "\u0007", "\\", "\u202e", "A"), fc.string()))
  .map((parts) => parts.join(""));

describe("terminal codes", () => {
  it.each<readonly [string, readonly { text: string; style: string }[]]>([
    ["plain", [{ text: "plain", style: "" }]],
    [
      `${ESC}[31mred${ESC}[0m on`,
      [
        { text: "red", style: "ansi-red" },
        { text: " on", style: "" },
      ],
    ],
    [
      `${ESC}[1;92mbold${ESC}[22m not`,
      [
        { text: "bold", style: "ansi-green ansi-bold" },
        { text: " not", style: "ansi-green" },
      ],
    ],
    [`${ESC}[mnothing`, [{ text: "nothing", style: "" }]],
    [
      `${ESC}[38;5;31mown${ESC}[48;2;31;32;33m colour`,
      [
        { text: "own", style: "" },
        { text: " colour", style: "" },
      ],
    ],
    [`${ESC}]0;title\u0007${ESC}[2J${ESC}(Btext`, [{ text: "text", style: "" }]],
    [`${ESC}]8;;https://a.invalid/${ESC}\\link${ESC}]8;;${ESC}\\`, [{ text: "link", style: "" }]],
  ])("%j", (line, runs) => {
    expect(styledLine(line)).toEqual(runs);
  });

  it("keep every other character, in its order, and only styles of the page", () => {
    fc.assert(
      fc.property(codes, (line) => {
        const runs = styledLine(line);
        expect(runs.map(({ text }) => text).join("")).toBe(withoutAnsi(line));
        for (const { style } of runs) expect(style).toMatch(/^(ansi-[a-z]+( ansi-[a-z]+)*)?$/);
      }),
    );
  });

  it("don't slow a megabyte of torn sequences down", () => {
    const torn = `${ESC}]`.repeat(500_000);
    expect(withoutAnsi(torn)).toBe("");
    expect(withoutAnsi(`${ESC}[${"1;".repeat(500_000)}`).length).toBeGreaterThan(0);
  });
});

describe("hidden characters", () => {
  it.each([
    ["user\u202egpj.exe", "user‹U+202E›gpj.exe"],
    ["zero\u200bwidth", "zero‹U+200B›width"],
    ["a tab\tand\nlines", "a tab\tand\nlines"],
    [`${ESC}c`, "‹ESC›c"],
    ["\u{e0041}tag", "‹U+E0041›tag"],
    ["👩\u200d🚀 joined", "👩\u200d🚀 joined"],
    ["", ""],
  ])("%j", (text, shown) => {
    expect(plain(text)).toBe(shown);
  });

  it("are all that is named: the rest stays as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const found = pieces(text);
        const kept = found.filter(({ control }) => !control).map((piece) => piece.text);
        for (const part of kept) expect(pieces(part).some(({ control }) => control)).toBe(false);
        const named = found.filter(({ control }) => control).length;
        expect(kept.join("").length).toBeLessThanOrEqual(text.length - named);
      }),
    );
  });
});

describe("matches", () => {
  it("are found across styles", () => {
    const runs = splitAtMatches(
      [
        { text: "a FAIL", style: "x" },
        { text: "ED test", style: "" },
      ],
      "failed",
    );
    expect(runs).toEqual([
      { text: "a ", style: "x", hit: false },
      { text: "FAIL", style: "x", hit: true },
      { text: "ED", style: "", hit: true },
      { text: " test", style: "", hit: false },
    ]);
  });

  it("cut the text without changing it, and are the query", () => {
    const styled = fc.array(
      fc.record({ text: fc.string({ unit: fc.constantFrom("a", "b", "A") }), style: fc.constantFrom("", "x") }),
    );
    fc.assert(
      fc.property(styled, fc.constantFrom("ab", "a", "ba", "zz"), (runs, query) => {
        const whole = runs.map(({ text }) => text).join("");
        const cut = splitAtMatches(runs, query);
        expect(cut.map(({ text }) => text).join("")).toBe(whole);
        const hits = cut
          .filter(({ hit }) => hit)
          .map(({ text }) => text)
          .join("")
          .toLowerCase();
        expect(hits).toBe(query.repeat(whole.toLowerCase().split(query).length - 1));
      }),
    );
  });
});
