import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../src/index.js";

// Not in the issue: RFC 4180 leaves a quote inside an unquoted field undefined.
test("a quote inside an unquoted field is kept", () => {
  assert.deepEqual(parse('5" pipe,3\n'), [['5" pipe', "3"]]);
});
