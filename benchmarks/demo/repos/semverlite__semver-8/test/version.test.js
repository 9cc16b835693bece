import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, parse } from "../src/index.js";

test("a version is three numbers", () => {
  assert.deepEqual(parse("v1.20.3"), [1, 20, 3]);
  assert.throws(() => parse("1.2"), TypeError);
});

test("numbers compare as numbers", () => {
  assert.ok(compare("1.10.0", "1.9.0") > 0);
  assert.equal(compare("1.0.0", "v1.0.0"), 0);
});
