import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, stringify } from "../../src/index.js";

test("what was written reads back", () => {
  const rows = [["plain", 'say "hi"'], ['"', ""], ["a,b", 'x\n"y"']];
  assert.deepEqual(parse(stringify(rows)), rows);
});
