import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../src/index.js";

test("constructor and prototype do not reach Object.prototype", () => {
  const result = parse("constructor[prototype][admin]=yes&page=2");
  assert.equal({}.admin, undefined);
  assert.equal(result.page, "2");
});
