import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../src/index.js";

test("__proto__ at the top does not reach Object.prototype", () => {
  parse("__proto__[admin]=yes");
  assert.equal({}.admin, undefined);
});
