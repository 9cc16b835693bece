import assert from "node:assert/strict";
import { test } from "node:test";
import { TtlCache } from "../src/index.js";

test("an entry is there before it expires and gone after", () => {
  let now = 0;
  const cache = new TtlCache(2, { ttl: 100, now: () => now });
  cache.set("a", 1);
  now = 99;
  assert.equal(cache.get("a"), 1);
  now = 100;
  assert.equal(cache.get("a"), undefined);
  assert.equal(cache.size, 0);
});

test("a ttl that is not positive is refused", () => {
  assert.throws(() => new TtlCache(2, { ttl: 0 }), RangeError);
});
