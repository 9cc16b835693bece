import assert from "node:assert/strict";
import { test } from "node:test";
import { match } from "../../src/index.js";

// Shells disagree on this one, and the issue does not ask for it.
test("trailing stars match the folder itself", () => {
  assert.equal(match("src/**", "src"), true);
});
