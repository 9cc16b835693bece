import { describe, expect, it } from "vitest";
import { normalizePatch } from "../../src/patch/normalise.js";

function diff(path: string, start: number, ...lines: string[]): string {
  const count = (marks: string) => lines.filter((line) => marks.includes(line[0] ?? " ")).length;
  const head = `@@ -${start},${count(" -")} +${start},${count(" +")} @@`;
  return `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n${[head, ...lines].join("\n")}\n`;
}

function syntax(path: string, start: number, ...lines: string[]): string | undefined {
  return normalizePatch(diff(path, start, ...lines)).features.syntax;
}

const py = (...lines: string[]) => syntax("src/a.py", 10, ...lines);

describe("the same change by syntax", () => {
  const plain = py(" def f(x):", "-    return x", "+    return x+1", " ", " def g():");

  it.each([
    ["spacing in the line", py(" def f(x):", "-    return x", "+    return x + 1", " ", " def g():")],
    ["a comment on the line", py(" def f(x):", "-    return x", "+    return x+1  # one more", " ", " def g():")],
    ["a comment of its own", py(" def f(x):", "-    return x", "+    # one more", "+    return x+1", " ", " def g():")],
    ["a blank line", py(" def f(x):", "-    return x", "+", "+    return x+1", "+", " ", " def g():")],
    ["less context", syntax("src/a.py", 11, "-    return x", "+    return x+1", " ", " def g():")],
    ["the side of a removed line", py(" def f(x):", "+    return x+1", "-    return x", " ", " def g():")],
  ])("whatever %s", (_, other) => {
    expect(other).toBe(plain);
    expect(other).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    ["other tokens", py(" def f(x):", "-    return x", "+    return x+2", " ", " def g():")],
    ["another indentation", py(" def f(x):", "-    return x", "+  return x+1", " ", " def g():")],
    ["another place", syntax("src/a.py", 20, " def f(x):", "-    return x", "+    return x+1", " ", " def g():")],
    ["another file", syntax("src/b.py", 10, " def f(x):", "-    return x", "+    return x+1", " ", " def g():")],
    ["a line that stays", py(" def f(x):", "     return x", "+    return x+1", " ", " def g():")],
    ["a hash in quotes", py(" def f(x):", "-    return x", '+    return x+1 "# one more"', " ", " def g():")],
  ])("but not for %s", (_, other) => {
    expect(other).not.toBe(plain);
    expect(other).toBeDefined();
  });

  it("knows the comments of each language, and where indentation says nothing", () => {
    const js = (...lines: string[]) => syntax("src/a.js", 1, ...lines);
    expect(js("-a();", "+  b(1); // why", " c();")).toBe(js("-a();", "+b( 1 ) /* so */;", " c();"));
    expect(js("-a();", "+b('a  b');", " c();")).not.toBe(js("-a();", "+b('a b');", " c();"));
    expect(js("-a();", "+b(); # c", " c();")).not.toBe(js("-a();", "+b();", " c();"));
  });

  it("has no name for a change of comments alone, or for none", () => {
    expect(py(" def f(x):", "-    # old", "+    # new", "     return x")).toBeUndefined();
    expect(normalizePatch("").features.syntax).toBeUndefined();
  });

  it("reads a hostile line in linear time", () => {
    const start = performance.now();
    py("-a", `+${'"\\'.repeat(200_000)}`, " b");
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

it("is found of a patch with more lines than a call takes arguments", () => {
  const lines = Array.from({ length: 200_000 }, (_, i) => `+y${i} = ${i}\n`).join("");
  const patch = `diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1,200001 @@\n x\n${lines}`;
  expect(normalizePatch(patch).features.syntax).toMatch(/^[0-9a-f]{16}$/);
});
