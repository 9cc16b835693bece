import assert from "node:assert/strict";
import { test } from "node:test";
import { format } from "../../src/index.js";

// Expects a zero unit, which the library leaves out on purpose.
test("59.999 seconds show as one minute and no seconds", () => {
  assert.equal(format(59_999), "1m 0s");
});
