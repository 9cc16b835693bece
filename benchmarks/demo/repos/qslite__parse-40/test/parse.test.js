import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../src/index.js";

test("flat pairs", () => {
  assert.deepEqual(parse("?a=1&b=two+words"), { a: "1", b: "two words" });
});

test("a value may hold an equals sign, or be missing", () => {
  assert.deepEqual(parse("a=1=2&b"), { a: "1=2", b: "" });
});

test("brackets nest", () => {
  assert.deepEqual(parse("user[name]=Ada&user[home][city]=London"), {
    user: { name: "Ada", home: { city: "London" } },
  });
});

test("empty brackets make a list", () => {
  assert.deepEqual(parse("a[]=1&a[]=2&b[c][]=3"), { a: ["1", "2"], b: { c: ["3"] } });
});

test("encoded names", () => {
  assert.deepEqual(parse("a%5Bb%5D=%C3%A9"), { a: { b: "é" } });
});

test("an empty query", () => {
  assert.deepEqual(parse(""), {});
});
