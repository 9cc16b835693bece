// Patches as the page draws them: rows with the right numbers, changed words, two patches compared, and no diff refused.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  comparedFiles,
  type DiffFile,
  type DiffRow,
  filesOf,
  unifiedLines,
} from "../../src/report/app/instance/diffModel.js";

const PATCH = `diff --git a/src/a.py b/src/a.py
--- a/src/a.py
+++ b/src/a.py
@@ -3,3 +3,4 @@ class A:
 first
-return value
+return value or None
+added
 last
@@ -20 +21 @@
-old
+entirely new words here
\\ No newline at end of file
diff --git a/old.py b/new.py
similarity index 100%
rename from old.py
rename to new.py
diff --git a/gone.py b/gone.py
deleted file mode 100644
--- a/gone.py
+++ /dev/null
@@ -1 +0,0 @@
-x
`;

function text(row: DiffRow): readonly (string | null)[] {
  return [row.left, row.right].map((line) =>
    line === null
      ? null
      : `${line.number} ${line.words.map((word) => (word.changed ? `[${word.text}]` : word.text)).join("")}`,
  );
}

function files(patch: string): readonly DiffFile[] {
  return filesOf(patch) ?? [];
}

describe("a patch", () => {
  it("is its files, with what became of them and how many lines", () => {
    expect(
      files(PATCH).map(({ path, from, change, added, removed }) => ({ path, from, change, added, removed })),
    ).toEqual([
      { path: "src/a.py", from: null, change: "changed", added: 3, removed: 2 },
      { path: "new.py", from: "old.py", change: "renamed", added: 0, removed: 0 },
      { path: "gone.py", from: null, change: "deleted", added: 0, removed: 1 },
    ]);
  });

  it("has replaced lines side by side, with their numbers and the words that changed", () => {
    const [first, second] = files(PATCH)[0]?.hunks ?? [];
    expect(first?.rows.map(text)).toEqual([
      ["3 first", "3 first"],
      ["4 return value", "4 return value[ or None]"],
      [null, "5 added"],
      ["5 last", "6 last"],
    ]);
    expect(second?.rows.map(text)).toEqual([["20 old", "21 entirely new words here"]]);
  });

  it("has in one column what was removed before what was added", () => {
    const rows = files(PATCH)[0]?.hunks[0]?.rows ?? [];
    expect(unifiedLines(rows).map(({ line, old, now }) => [line.kind, old, now])).toEqual([
      ["context", 3, 3],
      ["removed", 4, null],
      ["added", null, 4],
      ["added", null, 5],
      ["context", 5, 6],
    ]);
  });

  it.each(["", "\n \n"])("that is empty (%j) has no file", (patch) => expect(filesOf(patch)).toEqual([]));

  it("that is none is left to be shown as text, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (patch) => {
        expect(filesOf(patch) ?? []).toBeInstanceOf(Array);
      }),
    );
    expect(filesOf("@@ -1,2 +1,9 @@\n nothing like that")).toBeNull();
  });

  it("keeps every changed line, whatever is in it", () => {
    const line = fc.string({ unit: fc.constantFrom("a", " ", "-", "+", "@", "x") });
    fc.assert(
      fc.property(fc.array(line), fc.array(line), (removed, added) => {
        const body = [...removed.map((one) => `-${one}`), ...added.map((one) => `+${one}`)].join("\n");
        const patch = `--- a/f\n+++ b/f\n@@ -1,${removed.length} +1,${added.length} @@\n${body}\n`;
        fc.pre(removed.length + added.length > 0);
        const rows = files(patch).flatMap(({ hunks }) => hunks.flatMap((hunk) => hunk.rows));
        const side = (of: "left" | "right") =>
          rows.flatMap((row) => row[of]?.words.map((word) => word.text).join("") ?? []);
        expect([side("left"), side("right")]).toEqual([removed, added]);
      }),
    );
  });
});

describe("two patches", () => {
  it("are compared file by file, by their changed lines", () => {
    const other = PATCH.replace("+added", "+something else");
    const [first, ...rest] = comparedFiles(files(PATCH), files(other));
    expect(first?.rows.map(text)).toEqual([
      ["1 -return value", "1 -return value"],
      ["2 +return value or None", "2 +return value or None"],
      ["3 +added", "3 +something else"],
      ["4 -old", "4 -old"],
      ["5 +entirely new words here", "5 +entirely new words here"],
    ]);
    expect(rest.map(({ path, alike }) => [path, alike])).toEqual([
      ["new.py", true],
      ["gone.py", true],
    ]);
  });
});
