import assert from "node:assert/strict";
import { test } from "node:test";
import { LruCache } from "../src/index.js";

test("a value comes back until its entry is dropped", () => {
  const cache = new LruCache(2).set("a", 1);
  assert.equal(cache.get("a"), 1);
  assert.equal(cache.get("missing"), undefined);
});

test("the least recently used entry is dropped at the limit", () => {
  const cache = new LruCache(2).set("a", 1).set("b", 2).set("c", 3);
  assert.deepEqual(cache.keys(), ["b", "c"]);
});

test("get counts as a use", () => {
  const cache = new LruCache(2).set("a", 1).set("b", 2);
  cache.get("a");
  cache.set("c", 3);
  assert.deepEqual(cache.keys(), ["a", "c"]);
});

test("peek does not count as a use", () => {
  const cache = new LruCache(2).set("a", 1).set("b", 2);
  assert.equal(cache.peek("a"), 1);
  cache.set("c", 3);
  assert.deepEqual(cache.keys(), ["b", "c"]);
});

test("the cache never holds more than its limit", () => {
  const cache = new LruCache(3);
  for (let i = 0; i < 50; i++) {
    cache.set(i, i);
    assert.ok(cache.size <= 3);
  }
});

test("onEvict hears of each dropped entry", () => {
  const dropped = [];
  const cache = new LruCache(1, { onEvict: (key, value) => dropped.push([key, value]) });
  cache.set("a", 1).set("b", 2).set("c", 3);
  assert.deepEqual(dropped, [["a", 1], ["b", 2]]);
});

test("delete and clear do not call onEvict", () => {
  const cache = new LruCache(2, { onEvict: () => assert.fail("called") });
  cache.set("a", 1).set("b", 2);
  assert.equal(cache.delete("a"), true);
  cache.clear();
  assert.equal(cache.size, 0);
});

test("a limit that is not a positive integer is refused", () => {
  assert.throws(() => new LruCache(0), RangeError);
  assert.throws(() => new LruCache(1.5), RangeError);
});
