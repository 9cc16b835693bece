// An LRU cache whose entries expire; the clock is passed in so that tests can move it.
import { LruCache } from "./lru.js";

export class TtlCache {
  #cache;
  #ttl;
  #now;

  constructor(limit, { ttl, now = Date.now } = {}) {
    if (!(ttl > 0)) throw new RangeError(`ttl must be positive, got ${ttl}`);
    this.#cache = new LruCache(limit);
    this.#ttl = ttl;
    this.#now = now;
  }

  get size() {
    return this.#cache.size;
  }

  get(key) {
    const entry = this.#cache.get(key);
    if (entry === undefined) return undefined;
    if (entry.expires <= this.#now()) {
      this.#cache.delete(key);
      return undefined;
    }
    return entry.value;
  }

  set(key, value) {
    this.#cache.set(key, { value, expires: this.#now() + this.#ttl });
    return this;
  }
}
