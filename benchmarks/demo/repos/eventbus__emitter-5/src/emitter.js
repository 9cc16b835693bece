// Calls listeners by event name, in the order they were added.
export class Emitter {
  #listeners = new Map();

  /** Adds a listener; returns a function that removes it. */
  on(name, fn) {
    const list = this.#listeners.get(name) ?? [];
    const entry = { fn };
    list.push(entry);
    this.#listeners.set(name, list);
    return () => this.#remove(name, entry);
  }

  /** Adds a listener that is removed before its first call. */
  once(name, fn) {
    const off = this.on(name, (...args) => {
      off();
      fn(...args);
    });
    return off;
  }

  /** Removes the first listener that was added with this function. */
  off(name, fn) {
    const entry = this.#listeners.get(name)?.find((candidate) => candidate.fn === fn);
    if (entry !== undefined) this.#remove(name, entry);
  }

  /** Calls the listeners of an event; returns whether there were any. */
  emit(name, ...args) {
    const list = this.#listeners.get(name);
    if (list === undefined || list.length === 0) return false;
    for (let i = 0; i < list.length; i++) {
      list[i].fn(...args);
    }
    return true;
  }

  count(name) {
    return this.#listeners.get(name)?.length ?? 0;
  }

  #remove(name, entry) {
    const list = this.#listeners.get(name) ?? [];
    const at = list.indexOf(entry);
    if (at !== -1) list.splice(at, 1);
  }
}
