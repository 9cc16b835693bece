import assert from "node:assert/strict";
import { test } from "node:test";
import { LruCache } from "../../src/index.js";

// Written from a misreading of the issue: a replaced value is not an evicted entry.
test("onEvict receives the value that was replaced", () => {
  const dropped = [];
  const cache = new LruCache(2, { onEvict: (key, value) => dropped.push([key, value]) });
  cache.set("a", 1).set("b", 2).set("b", 3);
  assert.deepEqual(dropped, [["b", 2]]);
});
