import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, stringify } from "../src/index.js";

test("nested objects and lists", () => {
  assert.equal(stringify({ page: 2, user: { name: "Ada" }, tags: ["x", "y"] }), "page=2&user[name]=Ada&tags[]=x&tags[]=y");
});

test("what was written reads back", () => {
  const value = { a: { b: "1", c: ["2", "3"] }, d: "x y&z" };
  assert.deepEqual(parse(stringify(value)), value);
});
