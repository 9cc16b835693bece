// Parsing loses nothing, agrees with git and the `diff` library, and never hangs or throws.
import { createTwoFilesPatch, parsePatch as parseWithLibrary } from "diff";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePatch } from "../../src/patch/parse.js";
import { printPatch } from "../../src/patch/print.js";
import { diffText } from "./diffText.js";

const lines = fc.array(
  fc.constantFrom("a", "b", "", "-- x", "++ y", "@@ -1 +1 @@", "--- a/x", "+++ b/x", "\fz", " q"),
  {
    maxLength: 30,
  },
);

describe("parse and print", () => {
  test("printing what was parsed gives every text again, byte for byte", () => {
    fc.assert(
      fc.property(fc.oneof(diffText, fc.string({ unit: "binary" })), (text) => {
        expect(printPatch(parsePatch(text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  test("hunks are those that the library that made them reads back", () => {
    fc.assert(
      fc.property(lines, lines, fc.boolean(), fc.nat(4), (before, after, last, context) => {
        const end = last ? "\n" : "";
        const text = createTwoFilesPatch("a/x", "b/x", before.join("\n") + end, after.join("\n") + end, "", "", {
          context,
        });
        const [theirs] = parseWithLibrary(text);
        const ours = parsePatch(text).files;
        expect(ours.flatMap((file) => file.hunks).map((hunk) => [hunk.tally.old, hunk.tally.new, hunk.state])).toEqual(
          theirs?.hunks.map((hunk) => [hunk.oldLines, hunk.newLines, "whole"]),
        );
        expect(ours.flatMap((file) => file.hunks).map((hunk) => hunk.body)).toEqual(
          theirs?.hunks.map((hunk) => hunk.lines.map((line) => `${line}\n`).join("")),
        );
      }),
      { numRuns: 500 },
    );
  });

  test("lines of a hunk that look like headers stay lines of the hunk", () => {
    const body = "--- a/y\n+++ b/y\n-diff --git a/z b/z\n+@@ -1 +1 @@\n";
    const { files } = parsePatch(`--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n${body}`);
    expect(files.map((file) => [file.newPath, file.hunks[0]?.body])).toEqual([["x", body]]);
  });

  test.each([
    ["100,000 unfinished hunks", `--- a/x\n+++ b/x\n${"@@ -1,9 +1,9 @@\n x\n".repeat(100_000)}`],
    ["a count beyond every number", `--- a/x\n+++ b/x\n@@ -1,${"9".repeat(200)} +1 @@\n${"+a\n".repeat(200_000)}`],
    ["one line without an end", `diff --git ${"a b/".repeat(2_000_000)}`],
    ["names without an end", `--- "${"\\303".repeat(500_000)}\n+++ ${" ".repeat(500_000)}\n@@ -1 +1 @@\n`],
    ["blank lines alone", "\n".repeat(2_000_000)],
    ["dashes alone", "--- \n".repeat(500_000)],
    ["context after every hunk", `--- a/x\n+++ b/x\n${`@@ -1 +1 @@\n-a\n+b\n${" c\n".repeat(50)}`.repeat(10_000)}`],
  ])("reads %s in linear time", (_, text) => {
    const start = performance.now();
    expect(printPatch(parsePatch(text)).length).toBe(text.length);
    expect(performance.now() - start).toBeLessThan(8_000);
  });
});

describe("what a section says", () => {
  const facts = (text: string) =>
    parsePatch(text).files.map(({ oldPath, newPath, status, binary, damage }) => [
      oldPath,
      newPath,
      status,
      binary,
      damage,
    ]);

  test.each([
    [
      "a new file",
      "diff --git a/n b/n\nnew file mode 100644\nindex 0000000..e69de29\n",
      [null, "n", "added", false, null],
    ],
    ["a deleted file", "diff --git a/n b/n\ndeleted file mode 100644\n", ["n", null, "deleted", false, null]],
    [
      "a rename",
      "diff --git a/o p b/n b/q\nsimilarity index 100%\nrename from o p\nrename to n b/q\n",
      ["o p", "n b/q", "renamed", false, null],
    ],
    ["a copy", "diff --git a/o b/n\ncopy from o\ncopy to n\n", ["o", "n", "copied", false, null]],
    ["a mode", "diff --git a/n b/n\nold mode 100644\nnew mode 100755\n", ["n", "n", "mode-changed", false, null]],
    [
      "a binary",
      "diff --git a/n b/n\nindex 1..2 100644\nBinary files a/n and b/n differ\n",
      ["n", "n", "modified", true, null],
    ],
    ["a binary of diff -r", "Binary files a/d/n and b/d/n differ\n", ["d/n", "d/n", "modified", true, null]],
    [
      "a name with b/ in it",
      "diff --git a/x b/x b/x b/x\nold mode 100644\nnew mode 100755\n",
      ["x b/x", "x b/x", "mode-changed", false, null],
    ],
    [
      "quoted octal",
      'diff --git "a/\\303\\251 \\".py" "b/\\303\\251 \\".py"\nnew file mode 100644\n',
      [null, 'é ".py', "added", false, null],
    ],
    ["not UTF-8", 'diff --git "a/\\351" "b/\\351"\nnew file mode 100644\n', [null, "\uDCE9", "added", false, null]],
    [
      "a name with a tab",
      '--- "a/x\\ty"\n+++ "b/x\\ty"\n@@ -1 +1 @@\n-a\n+b\n',
      ["x\ty", "x\ty", "modified", false, null],
    ],
    [
      "time stamps",
      "--- a/x y\t2024-01-01 10:00:00 +0000\n+++ b/x y\t2024-01-01\n@@ -1 +1 @@\n-a\n+b\n",
      ["x y", "x y", "modified", false, null],
    ],
    [
      "the epoch as /dev/null",
      "--- a/x\t1970-01-01 00:00:00 +0000\n+++ b/x\n@@ -0,0 +1 @@\n+b\n",
      [null, "x", "added", false, null],
    ],
    ["no prefixes", "--- lib/x\n+++ lib/x\n@@ -1 +1 @@\n-a\n+b\n", ["lib/x", "lib/x", "modified", false, null]],
    [
      "mnemonic prefixes",
      "diff --git i/x w/x\n--- i/x\n+++ w/x\n@@ -1 +1 @@\n-a\n+b\n",
      ["x", "x", "modified", false, null],
    ],
    ["a backup's name", "--- x.py.orig\n+++ x.py\n@@ -1 +1 @@\n-a\n+b\n", ["x.py", "x.py", "modified", false, null]],
    [
      "a merge",
      "diff --cc x\nindex 1,2..3\n--- a/x\n+++ b/x\n@@@ -1,1 -1,1 +1,1 @@@\n",
      ["x", "x", "modified", false, "a merge's combined diff can't be applied"],
    ],
    [
      "hunks without numbers",
      "--- a/x\n+++ b/x\n@@\n-a\n+b\n",
      ["x", "x", "modified", false, "it holds no hunk with line numbers"],
    ],
  ])("reads %s", (_, text, expected) => {
    expect(facts(text)).toEqual([expected]);
  });
});

describe("hunks whose counts are wrong", () => {
  const states = (text: string) =>
    parsePatch(`--- a/x\n+++ b/x\n${text}`).files[0]?.hunks.map(({ state, tally }) => [state, tally.old, tally.new]);

  test.each([
    ["too few lines counted", "@@ -1,1 +1,1 @@\n a\n-b\n+c\n d\n", [["miscounted", 3, 3]]],
    ["too many counted", "@@ -1,9 +1,12 @@\n a\n-b\n+c\n d\n", [["miscounted", 3, 3]]],
    ["removed blank lines and indented code", "@@ -1,9 +1,9 @@\n a\n-\n-    b\n--c\n d\n", [["miscounted", 5, 2]]],
    ["blank context chopped", "@@ -1,4 +1,4 @@\n a\n-b\n+c\n d\n", [["chopped", 3, 3]]],
    [
      "blank context chopped before another hunk",
      "@@ -1,3 +1,3 @@\n a\n-b\n+c\n@@ -9 +9 @@\n-x\n+y\n",
      [
        ["chopped", 2, 2],
        ["whole", 1, 1],
      ],
    ],
    ["wide context chopped", "@@ -1,8 +1,8 @@\n 1\n 2\n 3\n 4\n-b\n+c\n 5\n 6\n", [["chopped", 7, 7]]],
    ["the text cut", "@@ -1,9 +1,12 @@\n a\n-b\n+c\n", [["truncated", 2, 2]]],
    ["prose after it", "@@ -1,2 +1,2 @@\n a\n-b\n+c\n\nThen run it.\n", [["whole", 2, 2]]],
    ["a list after it", "@@ -1,2 +1,2 @@\n a\n-b\n+c\n- it works\n- so it does\n", [["whole", 2, 2]]],
    ["a mail signature after it", "@@ -1,2 +1,2 @@\n a\n-b\n+c\n-- \n2.39.2\n", [["whole", 2, 2]]],
    ["context after it", "@@ -1,2 +1,2 @@\n a\n-b\n+c\n d\n", [["whole", 2, 2]]],
  ])("%s", (_, text, expected) => {
    expect(states(text)).toEqual(expected);
  });
});
