import assert from "node:assert/strict";
import { test } from "node:test";
import { filter, match } from "../src/index.js";

test("plain paths match themselves alone", () => {
  assert.equal(match("src/a.js", "src/a.js"), true);
  assert.equal(match("src/a.js", "src/axjs"), false);
});

test("a star stays inside a name", () => {
  assert.equal(match("src/*.js", "src/a.js"), true);
  assert.equal(match("src/*.js", "src/lib/a.js"), false);
});

test("a question mark is one character of a name", () => {
  assert.equal(match("a?c", "abc"), true);
  assert.equal(match("a?c", "a/c"), false);
});

test("two stars cross folders", () => {
  assert.equal(match("src/**/a.js", "src/lib/deep/a.js"), true);
  assert.equal(match("src/**", "src/lib/a.js"), true);
  assert.equal(match("**/a.js", "lib/a.js"), true);
});

test("the rest of the pattern still counts after two stars", () => {
  assert.equal(match("src/**/a.js", "src/lib/b.js"), false);
  assert.equal(match("src/**/a.js", "test/lib/a.js"), false);
});

test("alternatives", () => {
  assert.deepEqual(filter("*.{js,ts}", ["a.js", "b.ts", "c.css"]), ["a.js", "b.ts"]);
});
