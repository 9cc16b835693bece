import assert from "node:assert/strict";
import { test } from "node:test";
import { LruCache } from "../../src/index.js";

test("setting a known key makes it the most recently used one", () => {
  const cache = new LruCache(3).set("a", 1).set("b", 2).set("c", 3);
  cache.set("b", 20);
  cache.set("d", 4);
  assert.deepEqual(cache.keys(), ["c", "b", "d"]);
});
