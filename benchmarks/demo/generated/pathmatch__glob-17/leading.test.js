import assert from "node:assert/strict";
import { test } from "node:test";
import { match } from "../../src/index.js";

test("leading stars match a file without a folder", () => {
  assert.equal(match("**/a.js", "a.js"), true);
  assert.equal(match("**/a.js", "ba.js"), false);
});
