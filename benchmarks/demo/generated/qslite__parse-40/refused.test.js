import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../src/index.js";

// The issue asks for the keys to be harmless, not for an error.
test("a dangerous key is refused with an error", () => {
  assert.throws(() => parse("__proto__[admin]=yes"), TypeError);
});
