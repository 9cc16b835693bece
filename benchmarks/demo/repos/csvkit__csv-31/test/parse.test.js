import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, parseObjects } from "../src/index.js";

test("rows and fields", () => {
  assert.deepEqual(parse("a,b\n1,2\n"), [["a", "b"], ["1", "2"]]);
});

test("the last line may lack its line break", () => {
  assert.deepEqual(parse("a,b"), [["a", "b"]]);
});

test("windows line breaks", () => {
  assert.deepEqual(parse("a\r\nb\r\n"), [["a"], ["b"]]);
});

test("a quoted field may hold the delimiter and line breaks", () => {
  assert.deepEqual(parse('"a,b","c\nd"\n'), [["a,b", "c\nd"]]);
});

test("empty fields, quoted or not", () => {
  assert.deepEqual(parse('a,,b\n"",x,""\n'), [["a", "", "b"], ["", "x", ""]]);
});

test("another delimiter", () => {
  assert.deepEqual(parse("a;b,c\n", { delimiter: ";" }), [["a", "b,c"]]);
});

test("objects are named by the first row", () => {
  assert.deepEqual(parseObjects("id,name\n7,Ada\n"), [{ id: "7", name: "Ada" }]);
});
