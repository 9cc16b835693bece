import assert from "node:assert/strict";
import { test } from "node:test";
import { LruCache } from "../../src/index.js";

test("setting a known key in a full cache keeps the other entries", () => {
  const cache = new LruCache(2).set("a", 1).set("b", 2);
  cache.set("b", 20);
  assert.equal(cache.peek("a"), 1);
  assert.equal(cache.peek("b"), 20);
});
