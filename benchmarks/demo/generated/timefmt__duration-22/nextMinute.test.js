import assert from "node:assert/strict";
import { test } from "node:test";
import { format } from "../../src/index.js";

test("sixty seconds never show beside minutes", () => {
  assert.equal(format(119_600), "2m");
  assert.equal(format(659_900), "11m");
});
