// A least-recently-used cache on top of Map, whose insertion order is the order of use.
export class LruCache {
  #entries = new Map();
  #limit;
  #onEvict;

  constructor(limit, { onEvict = () => {} } = {}) {
    if (!Number.isInteger(limit) || limit < 1) {
      throw new RangeError(`limit must be a positive integer, got ${limit}`);
    }
    this.#limit = limit;
    this.#onEvict = onEvict;
  }

  get size() {
    return this.#entries.size;
  }

  has(key) {
    return this.#entries.has(key);
  }

  /** Value of a key without counting as a use. */
  peek(key) {
    return this.#entries.get(key);
  }

  get(key) {
    if (!this.#entries.has(key)) return undefined;
    const value = this.#entries.get(key);
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key, value) {
    if (this.#entries.size >= this.#limit) this.#evictOldest();
    this.#entries.set(key, value);
    return this;
  }

  delete(key) {
    return this.#entries.delete(key);
  }

  clear() {
    this.#entries.clear();
  }

  /** Keys from the least to the most recently used. */
  keys() {
    return [...this.#entries.keys()];
  }

  #evictOldest() {
    const [key, value] = this.#entries.entries().next().value;
    this.#entries.delete(key);
    this.#onEvict(key, value);
  }
}
