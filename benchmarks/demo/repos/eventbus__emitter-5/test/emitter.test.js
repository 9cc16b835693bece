import assert from "node:assert/strict";
import { test } from "node:test";
import { Emitter, waitFor } from "../src/index.js";

test("listeners run in order with the arguments of the event", () => {
  const bus = new Emitter();
  const seen = [];
  bus.on("x", (value) => seen.push(["first", value]));
  bus.on("x", (value) => seen.push(["second", value]));
  assert.equal(bus.emit("x", 7), true);
  assert.deepEqual(seen, [["first", 7], ["second", 7]]);
});

test("an event without listeners says so", () => {
  assert.equal(new Emitter().emit("x"), false);
});

test("a removed listener is not called", () => {
  const bus = new Emitter();
  const fn = () => assert.fail("called");
  bus.on("x", fn);
  bus.off("x", fn);
  bus.emit("x");
  assert.equal(bus.count("x"), 0);
});

test("a listener removed by an earlier one is not called by the running emit", () => {
  const bus = new Emitter();
  const seen = [];
  let off = () => {};
  bus.on("x", () => {
    seen.push("first");
    off();
  });
  off = bus.on("x", () => seen.push("second"));
  bus.emit("x");
  assert.deepEqual(seen, ["first"]);
});

test("once is called once", () => {
  const bus = new Emitter();
  let calls = 0;
  bus.once("x", () => calls++);
  bus.emit("x");
  bus.emit("x");
  assert.equal(calls, 1);
});

test("once is called once even if it emits the event again", () => {
  const bus = new Emitter();
  let calls = 0;
  bus.once("x", () => {
    calls++;
    bus.emit("x");
  });
  bus.emit("x");
  assert.equal(calls, 1);
});

test("waitFor gives the arguments of the next event", async () => {
  const bus = new Emitter();
  const next = waitFor(bus, "x");
  bus.emit("x", 1, 2);
  assert.deepEqual(await next, [1, 2]);
});
