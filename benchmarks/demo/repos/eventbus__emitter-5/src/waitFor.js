/** A promise of the next event's arguments. */
export function waitFor(emitter, name) {
  return new Promise((resolve) => {
    emitter.once(name, (...args) => resolve(args));
  });
}
