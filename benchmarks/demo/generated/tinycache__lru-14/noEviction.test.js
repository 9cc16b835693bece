import assert from "node:assert/strict";
import { test } from "node:test";
import { LruCache } from "../../src/index.js";

test("nothing is evicted when a full cache only updates", () => {
  const dropped = [];
  const cache = new LruCache(3, { onEvict: (key) => dropped.push(key) });
  cache.set("a", 1).set("b", 2).set("c", 3);
  cache.set("c", 30);
  assert.deepEqual(dropped, []);
  assert.equal(cache.size, 3);
});
