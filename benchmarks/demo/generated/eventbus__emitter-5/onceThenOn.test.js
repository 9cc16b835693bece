import assert from "node:assert/strict";
import { test } from "node:test";
import { Emitter } from "../../src/index.js";

test("a once listener followed by others keeps the order", () => {
  const bus = new Emitter();
  const seen = [];
  bus.on("x", () => seen.push(1));
  bus.once("x", () => seen.push(2));
  bus.on("x", () => seen.push(3));
  bus.on("x", () => seen.push(4));
  bus.emit("x");
  assert.deepEqual(seen, [1, 2, 3, 4]);
});
