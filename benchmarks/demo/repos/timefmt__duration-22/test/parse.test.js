import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../src/index.js";

test("units add up", () => {
  assert.equal(parse("1h 30m"), 5_400_000);
  assert.equal(parse("1.5s"), 1_500);
});

test("text without a unit is refused", () => {
  assert.throws(() => parse("soon"), TypeError);
});
