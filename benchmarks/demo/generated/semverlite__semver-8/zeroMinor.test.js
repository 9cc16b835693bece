import assert from "node:assert/strict";
import { test } from "node:test";
import { satisfies } from "../../src/index.js";

test("a caret range of 0.2.3 ends before 0.3.0", () => {
  assert.equal(satisfies("0.2.4", "^0.2.3"), true);
  assert.equal(satisfies("0.3.0", "^0.2.3"), false);
});
