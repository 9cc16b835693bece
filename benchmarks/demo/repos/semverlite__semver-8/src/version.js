// Versions as three numbers; prerelease tags are not part of this library.
const VERSION = /^v?(\d+)\.(\d+)\.(\d+)$/;

/** [major, minor, patch]. Throws TypeError for anything else. */
export function parse(text) {
  const match = VERSION.exec(String(text).trim());
  if (match === null) throw new TypeError(`not a version: ${text}`);
  return match.slice(1).map(Number);
}

/** Negative, zero or positive, as for Array.prototype.sort. */
export function compare(a, b) {
  const [left, right] = [parse(a), parse(b)];
  for (let i = 0; i < 3; i++) {
    if (left[i] !== right[i]) return left[i] - right[i];
  }
  return 0;
}
