import assert from "node:assert/strict";
import { test } from "node:test";
import { Emitter } from "../../src/index.js";

// Takes Node's own emitter as the model, where the README says the opposite.
test("an emit calls every listener it began with", () => {
  const bus = new Emitter();
  const seen = [];
  let off = () => {};
  bus.on("x", () => {
    seen.push("first");
    off();
  });
  off = bus.on("x", () => seen.push("second"));
  bus.emit("x");
  assert.deepEqual(seen, ["first", "second"]);
});
