import assert from "node:assert/strict";
import { test } from "node:test";
import { format } from "../../src/index.js";

test("59.999 seconds are a minute", () => {
  assert.equal(format(59_999), "1m");
});
