import assert from "node:assert/strict";
import { test } from "node:test";
import { satisfies } from "../../src/index.js";

test("a caret range of 0.0.3 takes 0.0.3 alone", () => {
  assert.equal(satisfies("0.0.3", "^0.0.3"), true);
  assert.equal(satisfies("0.0.4", "^0.0.3"), false);
});
