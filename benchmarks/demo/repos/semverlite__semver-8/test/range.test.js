import assert from "node:assert/strict";
import { test } from "node:test";
import { maxSatisfying, satisfies } from "../src/index.js";

test("a caret range takes later minor and patch versions", () => {
  assert.equal(satisfies("1.2.3", "^1.2.3"), true);
  assert.equal(satisfies("1.9.0", "^1.2.3"), true);
  assert.equal(satisfies("1.2.2", "^1.2.3"), false);
  assert.equal(satisfies("2.0.0", "^1.2.3"), false);
});

test("a caret range of a 0.x version takes later patches", () => {
  assert.equal(satisfies("0.2.9", "^0.2.3"), true);
  assert.equal(satisfies("0.2.2", "^0.2.3"), false);
});

test("a tilde range takes later patch versions only", () => {
  assert.equal(satisfies("1.2.9", "~1.2.3"), true);
  assert.equal(satisfies("1.3.0", "~1.2.3"), false);
});

test("comparators joined by a space must all hold", () => {
  assert.equal(satisfies("1.5.0", ">=1.0.0 <2.0.0"), true);
  assert.equal(satisfies("2.0.0", ">=1.0.0 <2.0.0"), false);
});

test("alternatives", () => {
  assert.equal(satisfies("3.0.0", "1.0.0 || ^3.0.0"), true);
  assert.equal(satisfies("2.0.0", "1.0.0 || ^3.0.0"), false);
});

test("maxSatisfying picks the highest inside", () => {
  assert.equal(maxSatisfying(["1.0.0", "1.10.0", "1.9.0", "2.0.0"], "^1.0.0"), "1.10.0");
  assert.equal(maxSatisfying(["1.0.0"], "^2.0.0"), null);
});
