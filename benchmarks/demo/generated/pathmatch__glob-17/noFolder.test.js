import assert from "node:assert/strict";
import { test } from "node:test";
import { match } from "../../src/index.js";

test("two stars between slashes match no folder at all", () => {
  assert.equal(match("src/**/a.js", "src/a.js"), true);
});
