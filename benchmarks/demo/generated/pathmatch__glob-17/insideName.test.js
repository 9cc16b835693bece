import assert from "node:assert/strict";
import { test } from "node:test";
import { match } from "../../src/index.js";

test("two stars inside a name stay inside it", () => {
  assert.equal(match("src/v**.js", "src/v2.js"), true);
  assert.equal(match("src/v**.js", "src/v2/index.js"), false);
});
