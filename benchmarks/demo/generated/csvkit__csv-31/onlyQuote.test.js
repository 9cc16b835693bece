import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../src/index.js";

test("a field that is one quote", () => {
  assert.deepEqual(parse('"""",x\n'), [['"', "x"]]);
});
