import assert from "node:assert/strict";
import { test } from "node:test";
import { format } from "../src/index.js";

test("two units by default", () => {
  assert.equal(format(90_000), "1m 30s");
  assert.equal(format(93_784_000), "1d 2h");
});

test("more units on request", () => {
  assert.equal(format(93_784_000, { parts: 4 }), "1d 2h 3m 4s");
});

test("units of zero are left out", () => {
  assert.equal(format(3_600_000), "1h");
  assert.equal(format(86_405_000, { parts: 4 }), "1d 5s");
});

test("seconds are rounded to the nearest", () => {
  assert.equal(format(1_499), "1s");
  assert.equal(format(1_500), "2s");
  assert.equal(format(400), "0s");
});

test("the last unit shown is rounded to the nearest", () => {
  assert.equal(format(5_430_000, { parts: 1 }), "2h");
});

test("negative durations", () => {
  assert.equal(format(-90_000), "-1m 30s");
});

test("what is not a number is refused", () => {
  assert.throws(() => format(Number.NaN), TypeError);
});
