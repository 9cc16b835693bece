import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../src/index.js";

test("a doubled quote inside a quoted field is one quote", () => {
  assert.deepEqual(parse('1,"the ""big"" one"\n'), [["1", 'the "big" one']]);
});
