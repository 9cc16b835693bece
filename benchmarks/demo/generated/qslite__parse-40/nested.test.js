import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../src/index.js";

test("__proto__ further down does not reach Object.prototype", () => {
  const result = parse("user[__proto__][admin]=yes&user[name]=Ada");
  assert.equal({}.admin, undefined);
  assert.equal(result.user.name, "Ada");
});
