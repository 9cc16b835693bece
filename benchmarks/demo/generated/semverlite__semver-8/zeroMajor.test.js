import assert from "node:assert/strict";
import { test } from "node:test";
import { satisfies } from "../../src/index.js";

test("caret ranges of 0.x do not reach the next minor version", () => {
  assert.equal(satisfies("0.9.0", "^0.2.3"), false);
  assert.equal(satisfies("0.1.0", "^0.0.3"), false);
});
