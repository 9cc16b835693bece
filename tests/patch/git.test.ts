// What git does with a normalised patch is what it does with the original, but for the files that were left out.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalizePatch } from "../../src/patch/normalise.js";
import { parsePatch } from "../../src/patch/parse.js";
import { printPatch } from "../../src/patch/print.js";
import { gitApply, gitDiff, type Tree, withoutPaths } from "./gitRepository.js";

const utf8 = (text: string) => ({ content: Buffer.from(text, "utf8").toString("latin1") });
const numbered = (n: number, end = "\n") => Array.from({ length: n }, (_, i) => `line ${i}${end}`).join("");

const PATHS = [
  "pkg/a.py",
  "pkg/b c.py",
  "pkg/é\t1.py",
  "lib/x b/y.js",
  "tests/test_a.py",
  "conftest.py",
  "pkg/logo.png",
  "b/a.c",
];
const content = fc
  .array(
    fc.constantFrom("a\n", "b\n", "\n", "  \n", "c\r\n", "-- d\n", "++ e\n", "@@ -1 +1 @@\n", "\f\n", "é\n", "x = 1\n"),
    {
      maxLength: 25,
    },
  )
  .chain((lines) => fc.constantFrom(lines.join(""), `${lines.join("")}no newline`));
const bytes = fc.constantFrom("\0\x01\x02", "\0png");
const tree: fc.Arbitrary<Tree> = fc
  .subarray(PATHS)
  .chain((paths) =>
    fc.tuple(
      ...paths.map((path) =>
        fc.tuple(
          fc.constant(path),
          fc.record({
            content: path.endsWith(".png") ? bytes : content.map((text) => utf8(text).content),
            executable: fc.boolean(),
          }),
        ),
      ),
    ),
  )
  .map((entries) => Object.fromEntries(entries));

/** Raw and normalised patch on the same tree; the raw one's result without the files that normalising dropped. */
function both(before: Tree, raw: string) {
  const normal = normalizePatch(raw);
  const left = new Set(normal.dropped.map(({ path }) => path));
  // A rename that is left out leaves the old name where it was.
  const renamed = parsePatch(raw).files.filter(({ newPath }) => newPath !== null && left.has(newPath));
  const dropped = [...left, ...renamed.flatMap(({ oldPath }) => oldPath ?? [])];
  return {
    normal,
    raw: withoutPaths(gitApply(before, raw), dropped),
    normalised: withoutPaths(gitApply(before, normal.patch), dropped),
  };
}

test("diffs of random trees: parsed and printed without loss, and equal on disk after normalising", () => {
  fc.assert(
    fc.property(
      tree,
      tree,
      fc.constantFrom("--binary", "--no-binary", "-U7", "--no-renames"),
      (before, after, flag) => {
        const diff = gitDiff(before, after, flag === "--no-binary" ? [] : ["--binary", flag]);
        const parsed = parsePatch(diff);
        expect(printPatch(parsed)).toBe(diff);
        expect(parsed.preamble).toBe("");
        expect(parsed.files.length).toBe(diff.match(/^diff --git /gm)?.length ?? 0);
        expect(parsed.files.map((file) => file.damage)).toEqual(parsed.files.map(() => null));
        const { normal, raw, normalised } = both(before, diff);
        expect(normal.problems).toEqual([]);
        // Only a binary change without its bytes is refused, and that is left out.
        if (flag !== "--no-binary") expect(raw).not.toBeNull();
        if (raw !== null) expect(normalised).toEqual(raw);
        else expect(normal.dropped.map(({ kind }) => kind)).toContain("binary");
        expect(normalised).not.toBeNull();
      },
    ),
    { numRuns: 25 },
  );
});

const BASE: Tree = {
  "pkg/a.py": utf8(numbered(20)),
  "pkg/name with space.py": utf8("a\nb\n"),
  "pkg/naïve.py": utf8("a\nb\n"),
  'pkg/quo"te.py': utf8("a\nb\n"),
  "pkg/crlf.py": utf8(numbered(9, "\r\n")),
  "pkg/no-newline.py": utf8("a\nb"),
  "pkg/latin.py": { content: "caf\xe9\nb\nc\n" },
  "pkg/gone.py": utf8("a\n"),
  "pkg/empty.py": utf8(""),
  "tests/test_a.py": utf8("a\n"),
};
const changed = (path: string, text: string): Tree => ({ ...BASE, [path]: utf8(text) });
const moved = (from: string, to: string): Tree => {
  const { [from]: file, ...rest } = BASE;
  return { ...rest, [to]: file ?? utf8("") };
};

describe("each kind of change", () => {
  test.each<[string, Tree]>([
    ["a rename", moved("pkg/a.py", "pkg/deep/z.py")],
    ["a rename with a space", moved("pkg/a.py", "pkg/b b/z.py")],
    ["a mode", { ...BASE, "pkg/a.py": { ...utf8(numbered(20)), executable: true } }],
    ["a new file", changed("pkg/new.py", "a\nb\n")],
    ["a new empty file", changed("pkg/new.py", "")],
    ["a new executable", { ...BASE, "pkg/run.sh": { ...utf8("a\n"), executable: true } }],
    ["a deleted file", withoutPaths(BASE, ["pkg/gone.py"]) as Tree],
    ["a file that empties", changed("pkg/gone.py", "")],
    ["an empty file that fills", changed("pkg/empty.py", "a\nb\n")],
    ["a name with a space", changed("pkg/name with space.py", "a\nc\n")],
    ["a name that is not ASCII", changed("pkg/naïve.py", "a\nc\n")],
    ["a name with a quote", changed('pkg/quo"te.py', "a\nc\n")],
    ["CR LF", changed("pkg/crlf.py", numbered(9, "\r\n").replace("line 4", "line four"))],
    ["CR LF to LF", changed("pkg/crlf.py", numbered(9))],
    ["no newline at the end", changed("pkg/no-newline.py", "a\nc")],
    ["a newline at the end", changed("pkg/no-newline.py", "a\nb\n")],
    ["source and tests", { ...changed("pkg/a.py", numbered(21)), "tests/test_a.py": utf8("b\n") }],
    ["a copy", changed("pkg/copy.py", `${numbered(20)}more\n`)],
  ])("%s", (_, after) => {
    const diff = gitDiff(BASE, after);
    const { raw, normalised, normal } = both(BASE, diff);
    expect(raw).not.toBeNull();
    expect(normalised).toEqual(raw);
    expect(normal.problems).toEqual([]);
    expect(normal.patch).not.toBe("");
  });

  test("the shape of a diff made without git's header: creation, and filling an empty file, both work", () => {
    const text =
      "--- a/pkg/new.py\n+++ b/pkg/new.py\n@@ -0,0 +1 @@\n+a\n--- a/pkg/empty.py\n+++ b/pkg/empty.py\n@@ -0,0 +1 @@\n+a\n";
    const { raw, normalised } = both(BASE, text);
    expect(normalised).toEqual(raw);
    expect(normalised).toMatchObject({ "pkg/new.py": { content: "a\n" }, "pkg/empty.py": { content: "a\n" } });
  });

  test("a mode alone before a section without git's header keeps both apart", () => {
    const mode = "diff --git a/pkg/a.py b/pkg/a.py\nold mode 100644\nnew mode 100755\n";
    const text = `--- a/pkg/empty.py\n+++ b/pkg/empty.py\n@@ -0,0 +1 @@\n+a\n${mode}`;
    const { normalised } = both(BASE, text);
    expect(normalised).toMatchObject({ "pkg/a.py": { executable: true }, "pkg/empty.py": { content: "a\n" } });
  });

  test("bytes that were lost when the diff was decoded are told, and fail as they did", () => {
    const after = { ...BASE, "pkg/latin.py": { content: "caf\xe9\nb\nd\n" } };
    const { raw, normalised, normal } = both(BASE, gitDiff(BASE, after));
    expect([raw, normalised]).toEqual([null, null]);
    expect(normal.problems).toMatchObject([expect.stringMatching(/^not-utf8: /)]);
  });

  test("a binary change is dropped, and the rest still applies without it", () => {
    const after = { ...changed("pkg/a.py", numbered(21)), "pkg/logo.png": { content: "\0\x01\x02" } };
    const { normal, normalised } = both(BASE, gitDiff(BASE, after, ["--binary"]));
    expect(normal.dropped).toMatchObject([{ path: "pkg/logo.png", kind: "binary" }]);
    expect(normalised).toMatchObject({ "pkg/a.py": utf8(numbered(21)) });
  });
});

describe("repairs: what git refuses as it came applies after normalising", () => {
  const after = changed("pkg/a.py", numbered(20).replace("line 10\n", "line ten\n"));
  const diff = gitDiff(BASE, after);
  const blank = { "x.py": utf8("a\nb\nc\nd\n\n\n\ne\n") };
  const stripped = gitDiff(blank, { "x.py": utf8("a\nb\nc\nD\n\n\n\ne\n") }).trimEnd();
  test.each<[string, Tree, string, Tree]>([
    ["no newline at the end", BASE, diff.trimEnd(), after],
    ["counts that are too small", BASE, diff.replace(/@@ -8,7 \+8,7 @@/, "@@ -8,4 +8,5 @@"), after],
    ["counts that are too large", BASE, diff.replace(/@@ -8,7 \+8,7 @@/, "@@ -8,9 +8,8 @@"), after],
    ["CR LF throughout", BASE, diff.replaceAll("\n", "\r\n"), after],
    ["no prefixes", BASE, diff.replaceAll("a/pkg", "pkg").replaceAll("b/pkg", "pkg"), after],
    ["blank context stripped", blank, stripped, { "x.py": utf8("a\nb\nc\nD\n\n\n\ne\n") }],
  ])("%s", (_, before, text, expected) => {
    expect(gitApply(before, text)).toBeNull();
    expect(gitApply(before, normalizePatch(text).patch)).toMatchObject(expected);
  });

  test.each([
    ["a text cut in the middle", diff.slice(0, diff.indexOf("+line ten") + 9)],
    ["hunks without numbers", diff.replace(/@@ .*@@.*/, "@@")],
    ["another file's cut hunk", `${diff.replaceAll("pkg/a.py", "pkg/z.py").slice(0, 150)}\n${diff}`],
  ])("%s still fails", (_, text) => {
    expect(gitApply(BASE, text)).toBeNull();
    expect(normalizePatch(text).patch).not.toBe("");
    expect(gitApply(BASE, normalizePatch(text).patch)).toBeNull();
  });
});
