import assert from "node:assert/strict";
import { test } from "node:test";
import { Emitter } from "../../src/index.js";

test("two once listeners are both called by the first emit", () => {
  const bus = new Emitter();
  const seen = [];
  bus.once("x", () => seen.push("a"));
  bus.once("x", () => seen.push("b"));
  bus.emit("x");
  assert.deepEqual(seen, ["a", "b"]);
});
