import assert from "node:assert/strict";
import { test } from "node:test";
import { Emitter } from "../../src/index.js";

test("a listener that removes itself does not hide the next one", () => {
  const bus = new Emitter();
  const seen = [];
  const off = bus.on("x", () => {
    seen.push("self");
    off();
  });
  bus.on("x", () => seen.push("next"));
  bus.emit("x");
  bus.emit("x");
  assert.deepEqual(seen, ["self", "next", "next"]);
});
