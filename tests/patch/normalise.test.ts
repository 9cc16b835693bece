// The normal form: the same for all spellings of a patch, different for different content, and stable.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fnv1a } from "../../src/patch/hashes.js";
import { normalizePatch } from "../../src/patch/normalise.js";
import { diffText } from "./diffText.js";
import { fixture } from "./fixture.js";

const NORMAL = fixture("normal.diff");
const codes = (text: string) => normalizePatch(text).problems.map((problem) => problem.split(":")[0]);

test("a normalised patch is its own normal form, whatever the text was", () => {
  fc.assert(
    fc.property(diffText, (text) => {
      const once = normalizePatch(text);
      const twice = normalizePatch(once.patch);
      expect(twice.patch).toBe(once.patch);
      expect(twice.dropped).toEqual([]);
      expect(once.patch === "" || once.patch.endsWith("\n")).toBe(true);
      expect(once.patch === "").toBe(once.outcome !== "source");
    }),
    { numRuns: 3000 },
  );
});

describe("spellings of one patch", () => {
  test.each([
    ["normal.diff", []],
    ["git.diff", []],
    ["no-git-line.diff", []],
    ["no-prefix.diff", ["no-prefix", "no-prefix"]],
    ["fence.diff", ["prose"]],
    ["mail.diff", ["prose"]],
    ["svn.diff", ["prose", "no-prefix", "no-prefix"]],
    ["miscounted.diff", ["miscounted"]],
  ])("%s has the normal form", (name, problems) => {
    expect(normalizePatch(fixture(name)).patch).toBe(NORMAL);
    expect(codes(fixture(name))).toEqual(problems);
  });

  const git = fixture("git.diff");
  test.each([
    ["a blank first line", `\n${git}`, []],
    ["no last newline", git.slice(0, -1), ["no-final-newline"]],
    ["blank lines after it", `${git}\n\n\n`, []],
    ["CR LF throughout", git.replaceAll("\n", "\r\n"), ["crlf", "crlf"]],
    ["the last blank context line stripped", `${git.trimEnd()}\n`, ["chopped"]],
    ["stripped, without a last newline", git.trim(), ["no-final-newline", "chopped"]],
    ["blank context lines without their space", git.replaceAll("\n \n", "\n\n"), []],
    ["a space before a section's first line", git.replace("\ndiff", "\n diff"), []],
  ])("%s", (_, text, problems) => {
    expect(normalizePatch(text).patch).toBe(NORMAL);
    expect(codes(text)).toEqual(problems);
  });
});

describe("content is never touched", () => {
  const patch = (line: string) => `--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-old\n+${line}\n`;
  test("patches that differ in a space, a comment, a CR or a letter's form stay apart", () => {
    const lines = [
      "a = 1",
      "a = 1 ",
      "a  = 1",
      "\ta = 1",
      "a = 1  # one",
      "a = 1\r",
      "é",
      "e\u0301",
      "a\fb",
      "a\u2028b",
      "",
    ];
    const forms = lines.map((line) => normalizePatch(patch(line)).patch);
    expect(new Set(forms).size).toBe(lines.length);
    for (const [i, form] of forms.entries()) expect(form).toContain(`\n+${lines[i]}\n`);
  });

  test("CRs of the file stay where the diff's own lines have none", () => {
    const text = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@ void f() {\r\n a\r\n-b\r\n+c\r\n";
    expect(normalizePatch(text).patch).toContain("@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n");
    expect(normalizePatch(text).problems).toEqual([]);
  });

  test("a missing newline at the end of the file stays missing", () => {
    const text = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ Kein Zeilenumbruch\n+b\n\\ Kein Zeilenumbruch";
    const marker = "\\ No newline at end of file\n";
    expect(normalizePatch(text).patch).toBe(
      `diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n${marker}+b\n${marker}`,
    );
  });

  test("where a hunk is put, and its context, are kept", () => {
    const at = (line: number) => normalizePatch(`--- a/x\n+++ b/x\n@@ -${line} +${line} @@\n-a\n+b\n`).patch;
    expect(at(3)).not.toBe(at(4));
  });
});

describe("what is left out is named", () => {
  test("files by path, kind and reason; the rest is whole", () => {
    const { patch, dropped, files, outcome, features } = normalizePatch(fixture("mixed.diff"));
    expect(patch).toBe(fixture("mixed.normal.diff"));
    expect(outcome).toBe("source");
    expect(dropped.map(({ path, kind }) => [path, kind])).toEqual([
      ["conftest.py", "test-configuration"],
      ["logo.png", "binary"],
      ["pkg/__pycache__/core.cpython-311.pyc", "generated"],
      ["reproduce.py", "reproduction"],
      ["tests/test_core.py", "test"],
    ]);
    expect(dropped.every(({ reason }) => reason.length > 0)).toBe(true);
    expect(files.find(({ path }) => path === "tests/test_core.py")).toMatchObject({ addedLines: 2, removedLines: 1 });
    expect(features).toMatchObject({
      bytes: Buffer.byteLength(patch),
      addedLines: 2,
      removedLines: 1,
      files: { source: 2, test: 1, "test-configuration": 1, reproduction: 1, generated: 1, binary: 1 },
    });
  });

  test.each([
    ["", "empty", []],
    [" \n\n", "empty", []],
    ["I could not fix it.\n", "not-a-diff", ["not-a-diff"]],
    ["*** Begin Patch\n*** Update File: x.py\n@@\n-a\n+b\n*** End Patch\n", "not-a-diff", ["not-a-diff"]],
    ["@@ -1 +1 @@\n-a\n+b\n", "not-a-diff", ["no-file-name"]],
    ["--- a/tests/test_x.py\n+++ b/tests/test_x.py\n@@ -1 +1 @@\n-a\n+b\n", "all-dropped", []],
    ["--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n same\n", "all-dropped", ["no-op"]],
  ])("an empty normal form says why: %j", (text, outcome, problems) => {
    expect(normalizePatch(text)).toMatchObject({ patch: "", outcome });
    expect(codes(text)).toEqual(problems);
  });

  test.each([
    ["a text cut in the middle", "--- a/x\n+++ b/x\n@@ -1,9 +1,12 @@\n a\n-b\n+c\n"],
    ["hunks without numbers", "--- a/x\n+++ b/x\n@@\n-a\n+b\n@@\n-c\n+d"],
  ])("%s is kept as it is, so that it fails as it should", (_, text) => {
    const { patch, problems } = normalizePatch(text);
    expect(problems.join()).toMatch(/damaged: x: .* will not apply/);
    expect(patch).toContain(text.slice(text.indexOf("@@")).trimEnd());
  });

  test("lost bytes, and configuration that is partly of tests, are reported", () => {
    expect(codes("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+\uFFFD\n")).toEqual(["not-utf8"]);
    const mixed =
      "--- a/setup.cfg\n+++ b/setup.cfg\n@@ -1,3 +1,3 @@\n [options]\n-a = 1\n+a = 2\n [tool:pytest]\n+b = 1\n";
    expect(codes(mixed)).toEqual(["miscounted", "mixed-configuration"]);
  });
});

test("token hashes are those of the changed lines alone, sorted and distinct", () => {
  const { features } = normalizePatch("--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n context\n-old(1)\n+neu = old\n");
  const tokens = ["old", "(", "1", ")", "neu", "="];
  expect(features.tokenHashes).toEqual(tokens.map(fnv1a).sort((a, b) => a - b));
  // Test vectors of the FNV authors.
  expect([fnv1a(""), fnv1a("a"), fnv1a("foobar")]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
});

describe("pins that an image's set-up left are told, other changes of the same files are not", () => {
  test.each([
    ["pyproject.toml", '-requires = ["setuptools",\n+requires = ["setuptools==68.0.0",\n', true],
    ["setup.py", '-    "Jinja2>=2.3",\n+    "Jinja2<3.0",\n', true],
    ["pyproject.toml", '-requires = ["setuptools",\n+requires = ["flit",\n', false],
    ["setup.py", "-version = 1\n+version = two\n", false],
    ["pkg/pins.py", '-x = ["setuptools",\n+x = ["setuptools==68.0.0",\n', false],
  ])("%s %j: %s", (path, body, told) => {
    const { patch, problems } = normalizePatch(`--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n${body}`);
    expect(patch).toContain(body);
    expect(problems.some((problem) => problem.startsWith(`pins: ${path}: `))).toBe(told);
  });
});
